terraform import outscale_user_group.ops ug-12345678
