terraform import outscale_access_key.ImportedAccessKey ABCDEFGHIJ0123456789
# with the name of its owner, without a search
terraform import outscale_access_key.ImportedAccessKey robot/ABCDEFGHIJ0123456789
