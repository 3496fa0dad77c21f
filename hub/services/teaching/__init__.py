"""What bots are taught: material, history, versions, training, publishing, traffic and figures."""
