terraform import outscale_user.user-1 ABCDEFGHIJKLMNOPQRSTUVWXYZ12345
# or by its name
terraform import outscale_user.user-1 User-TF-1
# with its policy blocks
terraform import outscale_user.user-1 User-TF-1#policy
