//! Sentences that are usually about nothing a bot is for: they show what "something else" looks like,
//! and which words are said in any sentence.

use crate::features::Counted;
use crate::normalise::normalise;
use std::sync::OnceLock;

/// The sentences themselves.
pub(crate) fn sentences() -> impl Iterator<Item = &'static str> {
    ENGLISH.lines().chain(CHINESE.lines()).filter(|line| !line.is_empty())
}

/// The sentences, as features.
pub(crate) fn background() -> &'static [Counted] {
    static COUNTED: OnceLock<Vec<Counted>> = OnceLock::new();
    COUNTED.get_or_init(|| sentences().map(|line| Counted::new(&normalise(line))).collect())
}

const ENGLISH: &str = "\
what is the capital of france
tell me a joke
who won the game last night
how tall is mount everest
can you sing a song for me
what should i cook for dinner tonight
my cat has been sleeping all day
do you believe in ghosts
how do i tie a tie
what is the meaning of life
who is the president of brazil
i am so bored right now
the weather is lovely this morning
how many legs does a spider have
recommend a good movie to watch
what's two hundred divided by seven
my neighbour plays the piano every evening
when did the second world war end
are you married
explain how photosynthesis works
why is the sky blue
i dreamed about a dragon yesterday
what language do they speak in egypt
how long do elephants live
write me a poem about autumn
what is the fastest animal on earth
the children are playing in the garden
do you like football
how do plants drink water
what is the plot of that new series
my brother is learning to drive
which planet is the largest
can dogs eat chocolate
what is the square root of eighty one
who painted that famous smile
i think it will snow tomorrow
how do you make paper airplanes
where do penguins live
what are the rules of chess
is it true that cats have nine lives
my shoes are wet from the rain
how far away is the moon
what happened in the news today
i want to learn how to dance
who invented the telephone
what is a good name for a puppy
how many people live in china
the train was crowded this morning
do aliens exist
what is the best way to lose weight
can you help me with my homework
why do we yawn
my grandmother bakes wonderful bread
what instrument has eighty eight keys
how do volcanoes erupt
tell me something interesting
i cannot find my glasses
what is the tallest building in the world
how old is the universe
should i buy a house or rent
how do i get rid of ants
which team is going to win the cup
what are the symptoms of a cold
who wrote romeo and juliet
how do i fix a flat tyre
what is the boiling point of water
what is your favourite colour
i had coffee with an old friend
how do i learn to play guitar
what does this word mean
are there any good restaurants nearby
how do i become a pilot
what year was the moon landing
my phone fell into the lake
what is the exchange of ideas in philosophy
how do bees make honey
what vegetables grow in winter
is coffee bad for you
the museum was closed on sunday
what is artificial intelligence
how do i make pancakes
how do i get to the beach
how do i learn french quickly
how can i sleep better at night
how can i stop my dog from barking
how can i become taller
where is the nearest park
where is my umbrella
where can i see the northern lights
where did the dinosaurs live
when is the next full moon
when will the sun rise
when is easter this year
what is your name
what time is it in london
what do you think about love
what is the weather like today
what can i wear to a wedding
why is my plant dying
why do people dream
who are you
who was the first man in space
can i mix red and blue
can i swim after lunch
can you tell me a story
can you speak german
can you help me find my keys at home
i want to travel around the world
i want to be a doctor
i want to eat noodles
i would like to see the ocean
i would like to read a novel
i need to wash my hair
i need to walk the dog
i need a haircut
i have a headache
i have two sisters
i can't remember that song
please play some music
please turn off the lights
is there life on mars
is the earth round
are you a robot
my favourite colour is green
my sister is getting married in june
the soup tastes too salty
do you have any hobbies
do i look good today
could you sing happy birthday
send a message to the moon
change the channel to sports
set an alarm for seven
open the window a little
give me a recipe for soup
show me pictures of kittens
it is raining cats and dogs
there is a bird on the roof
that film made me cry
let's go for a walk
good luck with your exam
";

const CHINESE: &str = "\
法国的首都是哪里
给我讲个笑话吧
昨晚的比赛谁赢了
珠穆朗玛峰有多高
你会唱歌吗
今晚吃什么好呢
我家猫睡了一整天
你相信有鬼吗
领带怎么打
人生的意义是什么
巴西总统是谁
我现在好无聊啊
今天早上天气真好
蜘蛛有几条腿
推荐一部好看的电影
两百除以七等于多少
隔壁邻居每天晚上弹钢琴
第二次世界大战什么时候结束的
你结婚了吗
光合作用是怎么回事
天空为什么是蓝色的
我昨天梦到了一条龙
埃及人说什么语言
大象能活多少岁
帮我写一首关于秋天的诗
世界上跑得最快的动物是什么
孩子们在花园里玩
你喜欢足球吗
植物怎么喝水
那部新电视剧讲了什么
我弟弟正在学开车
哪颗行星最大
狗可以吃巧克力吗
八十一的平方根是多少
蒙娜丽莎是谁画的
明天可能会下雪
怎么折纸飞机
企鹅住在哪里
象棋的规则是什么
猫真的有九条命吗
我的鞋被雨淋湿了
月亮离我们有多远
今天有什么新闻
我想学跳舞
电话是谁发明的
小狗叫什么名字好听
中国有多少人口
早上地铁特别挤
外星人存在吗
怎样减肥最有效
能帮我写作业吗
人为什么会打哈欠
我奶奶做的面包很好吃
什么乐器有八十八个键
火山为什么会喷发
说点有意思的
我的眼镜找不到了
世界上最高的楼是哪座
宇宙有多少岁了
买房好还是租房好
家里有蚂蚁怎么办
哪支队会拿冠军
感冒有什么症状
红楼梦是谁写的
轮胎没气了怎么修
水的沸点是多少度
你最喜欢什么颜色
我和老朋友喝了杯咖啡
怎么学吉他
这个成语是什么意思
附近有什么好吃的
怎么才能当飞行员
人类哪一年登上月球
我的手机掉湖里了
哲学到底研究什么
蜜蜂是怎么酿蜜的
冬天可以种什么菜
喝咖啡对身体不好吗
博物馆周日关门了
人工智能是什么
怎么做西红柿炒鸡蛋
怎么去海边玩
怎么快速学会法语
晚上怎么才能睡得好
怎么让狗不乱叫
怎么才能长高
最近的公园在哪里
我的雨伞放哪了
在哪里可以看极光
恐龙以前住在哪儿
下次满月是什么时候
太阳什么时候升起
今年春节是几号
你叫什么名字
伦敦现在几点了
你觉得爱情是什么
今天天气怎么样
参加婚礼穿什么好
我的花为什么枯了
人为什么会做梦
你是谁
第一个上太空的人是谁
红色和蓝色可以混在一起吗
刚吃完饭可以游泳吗
可以给我讲个故事吗
你会说德语吗
能帮我找一下家里的遥控器吗
我想去环游世界
我想当医生
我要吃面条
我想看大海
我想读一本小说
我要洗头了
我要去遛狗
我需要理个发
我头有点疼
我有两个姐姐
我想不起来那首歌了
请放一首音乐
请把灯关掉
火星上有生命吗
地球是圆的吗
你是机器人吗
我最喜欢的颜色是绿色
我姐姐六月份结婚
这个汤太咸了
你有什么爱好吗
我今天好看吗
能唱一首生日歌吗
给月亮发一条消息
换到体育频道
帮我定一个七点的闹钟
把窗户打开一点
给我一个煲汤的方子
看看小猫的照片
外面下大雨了
屋顶上有一只鸟
那部电影把我看哭了
我们去散步吧
祝你考试顺利
";
