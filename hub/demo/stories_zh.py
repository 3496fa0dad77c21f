"""The past of the demo shop, told in Chinese: what customers asked in the last two weeks and how it ended."""

from __future__ import annotations

from hub.demo.script import Answers, Bot, Files, Joins, Notes, Passes, Rates, Says, Story, Waits

MENU = {"查订单": "/order_status", "退款": "/refund", "开发票": "/invoice", "人工客服": "/ask_human"}
TO_PERSON = {"人工客服": "/ask_human"}

STORIES: tuple[Story, ...] = (
    Story(
        key="zh-order-on-its-way",
        customer="zhangwei",
        days=1,
        clock="10:24",
        steps=(
            Says("你好，我的订单到哪了？HK20260001"),
            Bot(
                "订单 HK20260001（无线降噪耳机）已由顺丰速运发出，运单号 SF1402233445566，预计 2 天内送达。",
                intent="order_status",
                slots={"order_number": "HK20260001"},
            ),
            Says("好的，谢谢"),
            Bot("不客气！还有问题随时找我。", intent="thanks"),
            Rates(5, "查得很快"),
        ),
    ),
    Story(
        key="zh-keyboard-key-fails",
        customer="liufang",
        days=2,
        clock="15:06",
        steps=(
            Says("我收到的机械键盘有一个键按不动"),
            Bot(
                "产品坏了可以报修：在“我的订单 > 售后维修”里描述故障并上传照片，快递上门取件，检测后 5–7 个工作日寄回。",
                intent="repair",
                options=TO_PERSON,
            ),
            Says("刚买三天就坏了，不想修，我要换新的，转人工"),
            Bot(
                "好的，正在为您转接人工客服，请稍候。",
                intent="ask_human",
                handoff="asked",
                summary="客户与机器人对话 2 轮。涉及：报修、转人工。最后一句：“刚买三天就坏了，不想修，我要换新的，转人工”",
            ),
            Joins("lina"),
            Answers(
                "刘女士您好，我是客服李娜。刚收到就有按键失灵，确实很影响使用，非常抱歉。方便说一下是哪个键、订单号是多少吗？"
            ),
            Says("是回车键，订单 HK20260003"),
            Notes("VIP 客户，签收第 3 天，在 7 天无理由期内，直接走换新，不需要寄回检测。"),
            Answers(
                "查到了，您还在 7 天退换期内。我给您安排换新：新键盘今天发出，快递员送新件时把旧件带走，运费我们承担。"
            ),
            Says("太好了，什么时候能到？"),
            Answers("京东物流，预计后天上午送达，单号稍后短信发给您。"),
            Says("好的，辛苦了"),
            Files(("退换 Returns", "质量 Quality"), "机械键盘 HK20260003 回车键失灵，7 天内换新，上门换货。"),
            Rates(5, "客服很专业，处理得很干脆"),
        ),
    ),
    Story(
        key="zh-invoice",
        customer="wanglei",
        days=2,
        clock="11:40",
        steps=(
            Says("可以开公司抬头的发票吗"),
            Bot(
                "我们开具电子发票：在“我的订单 > 申请发票”里填写抬头和税号，1 个工作日内发到您的邮箱。专用发票请联系人工。",
                intent="invoice",
                options=TO_PERSON,
            ),
            Says("我们要增值税专用发票，买了 6 台电热水壶放在店里"),
            Bot(
                "这个问题我帮不上忙，正在为您转接人工客服，请稍候。",
                handoff="not_understood",
                summary="客户与机器人对话 2 轮。涉及：开发票。最后一句：“我们要增值税专用发票，买了 6 台电热水壶放在店里”",
            ),
            Joins("wangqiang", declined_by="emma"),
            Answers("王先生您好，我是王强。专票需要一般纳税人资料，这块由财务同事办理，我帮您转过去，您不用重复说明。"),
            Passes("lina", note="客户要 6 台电热水壶的专票，资料齐全，请财务跟进。"),
            Answers(
                "王先生好，我是财务组李娜。请把营业执照和开票资料发到 invoice@demo.huike.example，收到后 3 个工作日寄出纸质专票。"
            ),
            Says("好，我下午就发"),
            Answers("好的，寄出后我会把快递单号短信发给您。"),
            Files(("发票 Invoice",), "6 台电热水壶开增值税专用发票，资料走邮件，纸质票寄送。"),
            Rates(4, "转了一次，不过都说清楚了"),
        ),
    ),
    Story(
        key="zh-late-parcel",
        customer="chenjing",
        days=3,
        clock="20:12",
        steps=(
            Says("付款三天了还没发货，你们到底发不发？"),
            Bot(
                "非常抱歉给您带来不好的体验。我马上请人工同事为您处理，请稍候。",
                intent="complaint",
                handoff="angry",
                summary="客户与机器人对话 1 轮。涉及：投诉。最后一句：“付款三天了还没发货，你们到底发不发？”",
            ),
            Joins("wangqiang"),
            Answers("陈女士，非常抱歉让您等了三天。我马上查一下仓库的情况，两分钟内给您答复。"),
            Waits(2),
            Notes("加湿器白色款缺货，系统没有自动通知。仓库确认明早到货。"),
            Answers(
                "查清楚了：您买的白色加湿器临时缺货，明天上午到仓，到了先发您这单。我给您申请了 20 元补偿券，已经到账。"
            ),
            Says("早点说就好了，那就等明天吧"),
            Answers("是的，没有提前通知是我们的问题。明天发出后我把单号发给您。"),
            Files(("物流 Delivery", "投诉 Complaint"), "白色加湿器缺货延迟发货，已补偿 20 元券，次日发出。"),
            Rates(3, "态度不错，但应该提前通知"),
        ),
    ),
    Story(
        key="zh-member-price",
        customer="zhaomin",
        channel="direct",
        days=4,
        clock="14:30",
        steps=(
            Says("空气炸锅我上周买的，今天看降了 60 块，能退差价吗？"),
            Joins("emma"),
            Answers("赵女士您好，我是 Emma。会员享 15 天价保，您是上周二下单的，在期限内，我现在为您申请退差价。"),
            Answers("已经提交，60 元 1–3 个工作日原路退回。"),
            Says("效率真高，谢谢！"),
            Files(("退款 Refund", "会员 Member"), "会员价保，空气炸锅退差价 60 元。"),
            Rates(5, "会员服务很到位"),
        ),
    ),
    Story(
        key="zh-lamp-question",
        customer="sunli",
        days=4,
        clock="22:48",
        steps=(
            Says("台灯什么时候发货 HK20260004"),
            Bot(
                "订单 HK20260004（智能台灯）已付款，仓库会在 1 天内开始备货。",
                intent="order_status",
                slots={"order_number": "HK20260004"},
            ),
            Says("保修多久"),
            Bot(
                "电子产品整机保修一年，主要部件两年，凭订单号即可，不需要保修卡；人为损坏不在保修范围内，可以付费维修。",
                intent="warranty",
                options={"怎么报修": "/repair"},
            ),
            Says("明白了"),
            Bot("好的。请问还有什么可以帮您？", intent="affirm", options=MENU),
        ),
    ),
    Story(
        key="zh-robot-lost-map",
        customer="zhoutao",
        channel="direct",
        days=5,
        clock="09:35",
        steps=(
            Says("扫地机器人升级以后地图没了，每次都重新扫"),
            Joins("wangqiang"),
            Answers("周先生您好，我是技术支持王强。升级后地图要重新保存一次，我带您操作，大约三分钟。"),
            Answers("请打开 App，点“地图管理”，看看“自动保存地图”是不是关着的？"),
            Says("是关的"),
            Answers("把它打开，然后让机器人从充电座完整清扫一次，中途不要搬动，扫完地图就会保存下来。"),
            Waits(42),
            Says("扫完了，地图回来了，房间也能分区了"),
            Answers("太好了！以后升级也不会再丢。还有别的问题随时找我。"),
            Files(("技术 Technical",), "扫地机器人固件升级后地图丢失，打开自动保存后解决。"),
            Rates(5, "一步一步教，很耐心"),
        ),
    ),
    Story(
        key="zh-rice-cooker-senior",
        customer="wuguifang",
        channel="open",
        days=6,
        clock="10:05",
        steps=(
            Says("姑娘，电饭煲显示E3是啥意思，煮不了饭了"),
            Joins("lina"),
            Answers("吴阿姨您好，我是李娜。E3 是底下的温度探头没有接触好，多半是内胆外面有水或饭粒，不要紧的。"),
            Answers(
                "您先拔掉插头，把内胆拿出来，用干布把内胆外面和锅底中间那个圆钮擦干净，再放进去转一转，插上电试试。"
            ),
            Waits(6),
            Says("好了好了，亮了，不显示了"),
            Answers("那就好！以后放内胆前把外面擦干就行。您要是看字不方便，我也可以给您打电话。"),
            Says("谢谢姑娘，你真好"),
            Notes("老人家习惯打电话，下次直接回拨。"),
            Files(("技术 Technical", "长辈 Senior"), "电饭煲 E3，擦干探头后恢复。客户偏好电话。"),
        ),
    ),
    Story(
        key="zh-refund-cancelled-order",
        customer="heyutong",
        days=7,
        clock="13:17",
        steps=(
            Says("HK20260005 取消了，钱什么时候退"),
            Bot(
                "订单 HK20260005（瑜伽垫）已在 3 天前取消，货款会原路退回。",
                intent="order_status",
                slots={"order_number": "HK20260005"},
            ),
            Says("都三天了还没到"),
            Bot(
                "退款审核通过后，1–3 个工作日原路退回；用信用卡付款的，到账可能要 7 天。还没申请的话，在“我的订单 > 申请退款”里提交即可。",
                intent="refund",
                options=TO_PERSON,
            ),
            Says("人工"),
            Bot(
                "好的，正在为您转接人工客服，请稍候。",
                intent="ask_human",
                handoff="asked",
                summary="客户与机器人对话 3 轮。涉及：查订单、退款、转人工。已知：order_number = HK20260005。最后一句：“人工”",
            ),
            Joins("lina"),
            Answers(
                "您好，我是李娜。我查到您是用信用卡付的，银行入账要 7 天，退款我们前天已经打出，流水号已短信发给您。"
            ),
            Says("好吧，那我再等等"),
            Answers("如果周五还没到账，您直接回复这里，我帮您联系银行核实。"),
            Files(("退款 Refund",), "HK20260005 取消订单，信用卡退款在途，预计周五前到账。"),
            Rates(4),
        ),
    ),
    Story(
        key="zh-refund-arrived",
        customer="heyutong",
        days=3,
        clock="09:12",
        steps=(
            Says("钱到账了，告诉你们一声"),
            Bot("好的。请问还有什么可以帮您？", intent="affirm", options=MENU),
            Says("没有了，再见"),
            Bot("感谢您的咨询，再见！", intent="goodbye"),
            Rates(5),
        ),
    ),
    Story(
        key="zh-opening-hours",
        customer="majianguo",
        days=8,
        clock="07:50",
        steps=(
            Says("你们几点上班"),
            Bot("人工客服每天 9:00–21:00 在线（节假日照常），智能助手 24 小时都在。", intent="opening_hours"),
            Says("你是真人吗"),
            Bot(
                "我是智能助手小汇，是机器人，不是真人。想找同事聊，说“人工”就可以。",
                intent="bot_challenge",
                options=TO_PERSON,
            ),
        ),
    ),
    Story(
        key="zh-kettle-smell",
        customer="majianguo",
        channel="open",
        days=6,
        clock="16:22",
        steps=(
            Says("新水壶烧出来的水有塑料味，正常吗"),
            Joins("wangqiang"),
            Answers(
                "马先生您好，我是王强。新壶头几次有一点味道是常见的：加满水放一勺小苏打烧开，倒掉，再用清水烧两次就没了。"
            ),
            Says("试过了还是有味"),
            Answers("那就不用再试了，我给您安排免费换一台，快递明天下午上门，您看方便吗？"),
            Says("可以，下午三点以后"),
            Notes("同批次第 4 台反馈有味道，已报质检。"),
            Files(("质量 Quality", "退换 Returns"), "电热水壶有塑料味，免费换新，明天 15 点后上门；同批次已报质检。"),
            Rates(4, "换得很爽快"),
        ),
    ),
    Story(
        key="zh-member-again",
        customer="zhaomin",
        days=1,
        clock="19:03",
        steps=(
            Says("会员生日礼在哪里领"),
            Bot(
                "这个问题我帮不上忙，正在为您转接人工客服，请稍候。",
                handoff="not_understood",
                summary="客户与机器人对话 1 轮。最后一句：“会员生日礼在哪里领”",
            ),
            Joins("emma"),
            Answers(
                "赵女士您好，又是我 Emma。生日当月在“我的 > 会员中心 > 生日礼”里领，您是 12 月，下个月一号就能领了。"
            ),
            Says("好呀，记住了"),
            Files(("会员 Member", "咨询 Question"), "会员生日礼领取入口与时间。"),
            Rates(5),
        ),
    ),
)
