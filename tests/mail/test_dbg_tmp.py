import asyncio
from tests.mail.test_hub_circuit import *
async def test_x(start_hub, mail_servers, inbox):
    async with shop(start_hub, mail_servers, inbox) as (made, ch):
        await asyncio.sleep(4)
        print(ch)
        print(mail_servers.log()[-3000:])
