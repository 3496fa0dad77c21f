"""WeChat customer service in WeCom (微信客服): pushes say that there is something, a puller fetches it."""
