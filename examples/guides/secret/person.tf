resource "outscale_user" "alice" {
  user_name = "alice"
}

resource "outscale_access_key" "alice" {
  user_id         = outscale_user.alice.user_id
  expiration_date = "2028-01-01"

  # Alice's public key, as `age-keygen -y key.txt` prints it, or the line in her ~/.ssh/id_ed25519.pub.
  seal_to = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
}

output "access_key_id" {
  value = outscale_access_key.alice.access_key_id
}

output "sealed_secret_key" {
  value = outscale_access_key.alice.sealed_secret_key
}
