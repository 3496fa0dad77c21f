"""The demo shop's help articles in English."""

from __future__ import annotations

from hub.demo.script import Written

ARTICLES: tuple[Written, ...] = (
    Written(
        key="descale",
        category="Use and care",
        title="How do I remove limescale from a kettle?",
        questions=(
            "There is white scale in my kettle",
            "How to descale with citric acid",
            "How often should a kettle be descaled?",
        ),
        body=(
            "Limescale is made of minerals from the water. It is harmless, but it makes the kettle slow.\n\n"
            "1. Fill the kettle halfway and add a sachet of citric acid (about 10 g).\n"
            "2. Boil it and let it stand for 20 minutes.\n"
            "3. Empty it and boil clear water twice.\n\n"
            "**Once a month is enough**, every two weeks where the water is hard. Steel wool scratches the inside."
        ),
    ),
    Written(
        key="filter",
        category="Use and care",
        title="How often does a water filter have to be replaced?",
        questions=(
            "How do I change the filter cartridge?",
            "The filter light is red",
            "Lifetime of a filter jug cartridge",
        ),
        body=(
            "| Cartridge | Replace after |\n"
            "|---|---|\n"
            "| Filter jug | 2 months or 150 litres |\n"
            "| Sediment filter | 6 months |\n"
            "| Reverse osmosis | 24 months |\n\n"
            "When the light turns red: unscrew the old cartridge, rinse the new one for 30 seconds, put it in and "
            'hold "Reset" for 3 seconds.'
        ),
    ),
    Written(
        key="humidifier",
        category="Use and care",
        title="What is the white dust around my humidifier?",
        questions=(
            "Can I use tap water in the humidifier?",
            "The humidifier smells bad",
            "How do I clean a humidifier?",
        ),
        body=(
            "The dust is made of minerals from tap water that settle with the mist. It does no harm.\n\n"
            "- Use purified or boiled water and there will be much less of it.\n"
            "- Clean the tank once a week.\n"
            "- Against smells, soak it for half an hour in warm water with a spoon of baking soda."
        ),
    ),
    Written(
        key="installation",
        category="Installation and old appliances",
        title="How do I book the installation of a large appliance?",
        questions=(
            "When does the technician come to install it?",
            "Is installation free of charge?",
            "Can I install the washing machine myself?",
        ),
        body=(
            "Washing machines, water heaters, purifiers and air conditioners come with one basic installation.\n\n"
            '1. After delivery open "My orders > Book installation" and choose a day and a time.\n'
            "2. The technician calls you the day before.\n\n"
            "Longer pipes, drilling and brackets are charged by the price list; you are told the price first."
        ),
    ),
    Written(
        key="trade-in",
        category="Installation and old appliances",
        title="Can I trade in my old appliance?",
        questions=(
            "Do you collect old fridges?",
            "How much is my old washing machine worth?",
            "Recycling of a broken appliance",
        ),
        body=(
            'Yes. Tick "Trade in" when you order and tell us what it is and how old: you see at once what is taken '
            "off the price.\n\n"
            "The driver who brings the new one takes the old one along, also when it no longer works. The amount is "
            "settled when it is looked at; a difference is paid back the way you paid."
        ),
    ),
    Written(
        key="voltage",
        category="Installation and old appliances",
        title="Can I use the appliances abroad?",
        questions=(
            "Does it work with 110 volts?",
            "Do I need a transformer or a plug adapter?",
            "Which plug type does it have?",
        ),
        body=(
            "Our appliances have a Chinese plug and run on 220 V.\n\n"
            "- Where there are 220–240 V, an adapter for the plug is enough.\n"
            "- Where there are 110–120 V they cannot be used; an adapter does not change the voltage.\n\n"
            'Small appliances marked "100–240 V", such as the travel kettle, work everywhere.'
        ),
    ),
    Written(
        key="gift-wrap",
        category="Gifts",
        title="Do you offer gift wrapping?",
        questions=(
            "Can you add a greeting card?",
            "Please leave the price out of the parcel",
            "It is a present, can you wrap it?",
        ),
        body=(
            'Yes. Tick "Gift wrap" at the checkout. It costs 9 yuan an item, with a box, a ribbon and a card.\n\n'
            "The card has room for 60 characters, which we print for you. A wrapped parcel **never** has a price in "
            "it."
        ),
    ),
    Written(
        key="gift-card",
        category="Gifts",
        title="How do I use a gift card?",
        questions=(
            "How long is a gift card valid?",
            "Where can I see the balance of my gift card?",
            "Redeem a gift card code",
        ),
        body=(
            'Open "Me > Gift cards" and enter the 16 digits from the back of the card.\n\n'
            "- It is valid for 3 years and can be used in several steps.\n"
            "- It goes together with coupons. It cannot be paid out, and it does not buy another gift card."
        ),
    ),
    Written(
        key="locker",
        category="Receiving parcels",
        title="Can the parcel be left in a locker or with a neighbour?",
        questions=(
            "Nobody is at home when the courier comes",
            "Deliver to a pickup point",
            "Leave it with the doorman",
        ),
        body=(
            'Yes. For small parcels choose a locker, a pickup point or the doorman under "My orders > Delivery '
            'preferences"; it counts from the next parcel on.\n\n'
            "For one that is on its way already, tell the courier when they call. Large appliances are handed over "
            "in person, so that you can look at them first."
        ),
    ),
    Written(
        key="presale",
        category="Buying",
        title="Is the deposit of a pre-order refundable?",
        questions=(
            "When do I pay the rest of a pre-order?",
            "I forgot to pay the balance of my pre-order",
            "How do pre-order deposits work?",
        ),
        body=(
            "A deposit is not paid back by itself. If we are out of stock or late, you get twice the deposit back.\n\n"
            "The rest is due in the time that the page names; a text message reminds you when it begins and before "
            "it ends. Orders that are not paid in time are closed and the deposit is lost."
        ),
    ),
    Written(
        key="large-print",
        category="Account and app",
        title="The letters in the app are too small",
        questions=("How do I make the font larger?", "Is there a mode for seniors?", "Can the app read text aloud?"),
        body=(
            'Open "Me > Settings > Easy mode". Letters are twice as large, buttons too, and the first page only has '
            "search, orders and support. Hold a finger on any text to have it read out."
        ),
    ),
    Written(
        key="my-data",
        category="Account and app",
        title="How do I download or delete my personal data?",
        questions=(
            "Which personal information do you collect?",
            "Delete my browsing history",
            "Turn off personalised recommendations",
        ),
        body=(
            'Open "Me > Settings > Privacy":\n\n'
            "- **Download data**: a link to the archive reaches your mailbox within 24 hours.\n"
            "- **Clear history**: what you looked at and searched for is deleted at once.\n"
            "- **Recommendations**: when they are off, the first page is the same for everybody."
        ),
    ),
    Written(
        key="compensation-note",
        category="Internal",
        title="Compensation for late parcels (staff only)",
        questions=("How much do we pay when a parcel is late?", "Limits of compensation"),
        body=(
            "A coupon of 5 yuan a day, up to 30 yuan; above that ask your team leader. Do not name the limit to "
            "customers."
        ),
        public=False,
    ),
)
