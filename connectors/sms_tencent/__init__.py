"""SMS by Tencent Cloud: approved templates out, replies and reports in."""
