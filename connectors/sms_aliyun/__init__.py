"""SMS by Aliyun (Alibaba Cloud): approved templates out, replies and reports in."""
