terraform import outscale_rotating_access_key.ci ABCDEFGHIJ0123456789
# with the name of its owner, without a search
terraform import outscale_rotating_access_key.ci robot/ABCDEFGHIJ0123456789
