"""The English words of feeling and their weight (-3 to 3), for customer service: goods, deliveries, staff, software.

Written from general knowledge of the language, not counted from any collection of texts. Lower case. A word that ends
in * stands for all its endings; _ is a blank. Phrases come before their parts. After a turn of more than 1 (but) comes
what matters, after one of less than 1 (only) what matters less.
"""

from __future__ import annotations

WORDS = """
[feelings 3]
amazing amazed awesome excellent excellently outstanding superb fantastic perfect perfectly perfection wonderful
wonderfully brilliant brilliantly incredible exceptional flawless flawlessly magnificent marvelous
marvellous phenomenal stunning spectacular terrific fabulous love loved loves loving adore delight* delicious
thrilled ecstatic superior unbeatable best greatest impressed impressive exceed* life-saver lifesaver masterpiece gem
yummy great_job highly_recommend highly_recommended five_stars 5_stars works_perfectly

[feelings 2.5]
well_done well_worth good_job nice_job thumbs_up would_buy_again works_great

[feelings 2]
good great nice nicely happy happier happily glad pleased pleasing pleasant pleasantly pleasure enjoy enjoys enjoyed
enjoying enjoyable enjoyment fun satisfied satisfying satisfaction satisfactory recommend recommended recommends
beautiful beautifully gorgeous lovely elegant attractive stylish sleek cool sweet smooth smoothly comfortable
comfortably comfy cosy cozy convenient convenience reliable reliably sturdy durable solid robust quality fast faster
fastest quick quickly prompt promptly speedy efficient efficiently easy easier easily easiest effortless effortlessly
intuitive helpful friendly polite courteous kind kindly caring patient professional professionally attentive thorough
knowledgeable responsive honest trust trusted trustworthy worth worthwhile bargain value affordable reasonable
reasonably generous thank thanks thankful thx cheers appreciate appreciated appreciates grateful gratitude bless
congrats congratulations welcome excited exciting interesting fascinating win winner wins success successful
successfully favorite favourite favorites favourites fresh tasty crisp crystal clear clean clearly bright vivid sharp
powerful precise accurate versatile superbly handy useful neat neatly clever smart lol haha hahaha yay wow woohoo
hooray hope hopeful hugs hug smile smiles smiling smiled laugh laughing joy joyful cute adorable charming safe secure
spotless tidy resolved fixed solved impressively flexible lightweight portable compact rich peaceful relaxing relaxed
proud improved improvement upgrade glorious legendary heaven heavenly 5-star five-star top-notch first-class
no_problems no_issues no_complaints no_complaint well_made well_built two_thumbs so_far_so_good problem_solved
works_well big_fan a_breeze very_well pretty_good

[feelings 1.5]
no_problem no_issue not_bad can't_complain cannot_complain keep_it_up on_time in_no_time looking_forward can't_wait
works_fine all_good pretty_well no_worries

[feelings 1]
fine decent well better okay adequate fair acceptable ready agree agreed agrees free discount bonus lucky luck
like liked likes works working worked correct correctly properly proper simple simply straightforward light
thoughtful respect respected respectful support supportive warm interested calm confident cheap inexpensive plus
advantage advantages benefit benefits positive strong loyal improve improves pros comfort relief relieved surprised
yes please not_too_bad look_forward sounds_good thank_god don't_worry better_than

[feelings 0.5]
fair_enough

[feelings 0]
like_to like_this like_that like_a looks_like look_like feels_like sounds_like something_like would_like i'd_like
kind_of as_well as_well_as well_as works_with hard_drive hard_disk hard_copy in_case_of_damage good_morning
good_afternoon good_evening good_day free_shipping free_delivery have_a_complaint_form miss_you pretty_much
value_added not_sure cold_weather clear_the is_it_safe any_discount a_discount return_policy support_team
customer_support technical_support do_you_support lost_my_password late_fee drop_off dead_line

[feelings -0.3]
please_help

[feelings -0.7]
why_is_it why_don't wish i_wish if_only the_only_problem only_problem only_complaint only_issue

[feelings -1]
slow slowly slower late expensive pricey overpriced costly problem problems issue issues trouble troubles difficulty
difficulties difficult hard harder confusing confused confuse unclear complicated cumbersome awkward clumsy heavy
bulky noisy loud dim dull bland boring bored tired wait waited waiting still lack lacks lacking missing miss missed
wrong incorrect error errors bug bugs buggy glitch* fault faults faulty defect defects defective delay delays delayed
unable limited limitation weak weaker mediocre average meh inconvenient inconvenience uncomfortable cold tiny flimsy
cheaply unhappy sad sadly sorry worried worry worries concern concerned afraid doubt doubtful doubts
uncertain fear stuck lost lose loses losing loss complain complained complains complaint complaints downside drawback
drawbacks con cons quirk quirks annoyance regret regrets negative lag laggy lags shame pity sick ill hurt hurts pain
painful cry crying tears tough exhausted lonely alas ugh sigh dirty messy dusty stain stained scratch* dent dented
squeak* rattl* wobbl* drop drops dropped crooked loose blurry grainy fuzzy distorted freeze freezes froze frozen hang
hangs overheat* dies dead died drain drains inaccurate inferior inadequate insufficient unresponsive unnecessary
needless odd weird strange suspicious excuse excuses too_big too_short too_much too_many returned_it wrong_size
wears_out so_long out_of_order what's_wrong

[feelings -1.5]
too_long too_small too_late too_loud too_hard send_it_back sent_it_back not_arrived hasn't_arrived still_not still_no
still_haven't still_hasn't again_and_again over_and_over money_back cheap_plastic wore_out gave_up give_up why_can't
nothing_happens wrong_with

[feelings -2]
upset bad badly poor poorly disappoint* disappointing dissatisfied unsatisfied unsatisfactory displeased annoy*
annoyed annoying frustrat* angry mad anger irritat* irritated upsetting unacceptable unhelpful rude impolite
disrespect* ignor* unprofessional careless incompetent incompetence lazy dishonest unreliable useless broken break
breaks broke damage damaged damages crack cracked cracks crash crashes crashed crashing fail fails failed failing
failure failures leak leaks leaked torn stale rotten spoiled spoilt disgust* nasty stink stinks smelly filthy fake
counterfeit mislead* misled lie lied lies lying cheat cheated cheating overcharged refuse refused refuses refusing
ridiculous absurd nonsense stupid dumb silly idiot* moron* fool fooled waste wasted wastes wasting regretted unusable
impossible neglect* mistake mistakes messed mess unfair unreasonable unwilling ruin ruined ruins spoil hate hated
hates hating dislike dislikes disliked unpleasant ugly dreadful lousy crappy junk rubbish crap sucks suck sucked
sucky bummer fuming livid never-ending hopeless helpless depress* stress* stressed anxious panic scared scary kill
killed kills war hell damn bloody freaking no-one avoid avoided beware warn warned warning irresponsible inexcusable
unsafe dangerous tragic tragedy sorrow heartbroken headache* hassle* worthless pointless malfunction* unstable
two_stars let_down stop_working too_slow too_expensive no_use no_answer no_reply no_response hung_up still_waiting
how_many_times wrong_item wrong_order joke_of a_joke unhappy_with no_sense makes_no_sense

[feelings -2.5]
fell_apart falls_apart falling_apart stopped_working stops_working quit_working does_not_work doesn't_work don't_work
did_not_work didn't_work not_working won't_work isn't_working will_not_work not_worth not_happy not_good
not_good_enough no_good no_help nobody_answers nobody_replies no_one_answers never_arrived never_came never_works
never_worked for_the_third_time low_quality not_impressed keep_away can't_stand nothing_works

[feelings -3]
awful awfully terrible terribly horrible horribly horrid horrendous appalling atrocious abysmal pathetic worst worse
garbage trash disgrace disgraceful outrage* outrageous furious infuriat* scam scams scammed scammer scammers fraud
fraudulent rip-off ripoff thief thieves theft steal stole stolen robbed robbery liar liars nightmare disaster
disastrous catastrophe* despicable shameful unbearable intolerable detest* loathe* despise* enraged disgusted
disgusting bullshit bs shit shitty fuck* wtf asshole* bastard* bitch* piss* idiotic insane insult insulted insulting
one_star 1_star zero_stars 0_stars waste_of rip_off ripped_off fed_up sick_of sick_and_tired not_acceptable
never_again poor_quality bad_quality poor_service bad_service what_a_joke shame_on how_dare stay_away steer_clear

[negations]
ain't aint aren't arent barely can't cannot cant couldn't couldnt didn't didnt doesn't doesnt don't dont hadn't hadnt
hardly hasn't hasnt haven't havent isn't isnt neither never no nobody none nor not nothing rarely scarcely seldom
shouldn't shouldnt wasn't wasnt weren't werent without won't wont wouldn't wouldnt

[degrees 1.5]
extremely absolutely incredibly totally completely utterly insanely beyond super ultra so too most hugely deeply
seriously remarkably exceptionally

[degrees 1.25]
very really truly highly quite such much more even definitely certainly pretty particularly especially

[degrees 0.7]
somewhat slightly little bit fairly rather kinda sorta almost partly mildly

[turns 1.3]
but however yet although though unfortunately overall nevertheless nonetheless

[turns 0.7]
except besides only minor nitpick
"""
