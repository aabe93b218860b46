//! A small library, asked in both languages; and the fit of the confidence.

use super::*;
use crate::evaluate::{Labelled, Query};
use crate::logistic::Sample;
use serde::de::DeserializeOwned;

fn entry(id: &str, question: &str, variants: &[&str], answer: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        question: question.to_owned(),
        variants: variants.iter().map(|text| (*text).to_owned()).collect(),
        answer: answer.to_owned(),
    }
}

fn library() -> Index {
    Index::build(&[
        entry(
            "hours",
            "营业时间是几点到几点？",
            &["你们几点开门", "What are your opening hours?"],
            "每天 9:00 到 21:00。",
        ),
        entry(
            "invoice",
            "怎么开发票？",
            &["How do I get an invoice?"],
            "在订单详情页点击申请发票，电子发票三天内发到邮箱。",
        ),
        entry("refund", "退款多久到账？", &["How long does a refund take?"], "原路退回，一般 3 到 5 个工作日。"),
        entry("shipping", "运费怎么算？", &["How much is shipping?"], "满 99 元包邮，偏远地区除外。"),
    ])
}

#[track_caller]
fn check(query: &str, expected: &str) {
    let library = library();
    let hits = library.search(query, 3);
    let found =
        hits.first().filter(|hit| hit.score >= library.nothing_below()).map_or("(nothing)", |hit| hit.id.as_str());
    assert_eq!(found, expected, "{query}: {hits:?}");
}

#[test]
fn questions_find_their_article() {
    check("请问你们几点营业", "hours");
    check("電子發票怎麼開", "invoice");
    check("退款什么时候能到账", "refund");
    check("how long until my refund arrives?", "refund");
    check("do you charge for shipping", "shipping");
    check("包邮吗", "shipping");
}

#[test]
fn other_questions_find_nothing() {
    check("今天天气怎么样", "(nothing)");
    check("who won the game last night", "(nothing)");
    check("", "(nothing)");
    check("👍", "(nothing)");
}

#[test]
fn a_hit_says_why() {
    let library = library();

    let hits = library.search("发票怎么开", 1);

    assert!(hits[0].why.iter().any(|piece| piece.text == "发票"), "{hits:?}");
    let weight: f64 = hits[0].why.iter().map(|piece| piece.weight).sum();
    assert!((0.5..=hits[0].parts.contained + 0.001).contains(&weight), "{hits:?}");
    assert!(hits[0].score > library.sure_above(), "{hits:?}");
    assert!(hits[0].parts.question > 0.5 && hits[0].parts.words == 1.0, "{hits:?}");
}

#[test]
fn what_is_shared_is_told_as_it_was_written() {
    let entries = [
        entry("visa", "办理签证需要哪些材料", &[], "护照和照片"),
        entry("vat", "Can you issue VAT invoices?", &[], "Yes, after payment arrives."),
    ];
    let index = Index::build(&entries);
    let told = |query: &str| {
        let hits = index.search(query, 1);
        hits[0].why.iter().map(|piece| piece.text.clone()).collect::<Vec<_>>()
    };

    // Pairs that overlap are one piece; no pairs and no stems are told.
    let mut pieces = told("我去日本，办理签证有哪些材料？");
    pieces.sort();
    assert_eq!(pieces, ["办理签证", "哪些材料"]);
    assert_eq!(told("辦理簽證"), ["辦理簽證"]);
    let words = told("how do I get invoices with VAT");
    assert!(words.contains(&"VAT".to_owned()) && words.contains(&"invoices".to_owned()), "{words:?}");
}

#[test]
fn what_is_shared_is_told_in_no_time_however_long_the_question_is() {
    let index = Index::build(&[entry("visa", "办理签证需要哪些材料", &[], "护照")]);

    // One character of it is shared, four thousand times; and a piece is, as often as fits.
    let hits = index.search(&"证问".repeat(4_000), 1);
    assert_eq!(hits[0].why.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>(), ["证"]);
    let hits = index.search(&"签证。问".repeat(4_000), 1);
    assert_eq!(hits[0].why.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>(), ["签证"]);
}

#[test]
fn an_empty_library_and_odd_texts_do_no_harm() {
    assert!(Index::build(&[]).search("anything", 5).is_empty());
    let index = Index::build(&[entry("a", "", &[""], ""), entry("b", "🎉", &[], "x")]);
    for query in ["", "🎉", "\u{0}", &"运费 ".repeat(20_000)] {
        assert!(index.search(query, 5).iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }
    assert!(library().search("发票", 0).is_empty());
}

#[test]
fn a_title_of_many_passages_decides_less_than_their_words() {
    let passages: Vec<Entry> = ["退货须在七天内提出", "运费由买家承担", "发票随货寄出"]
        .iter()
        .enumerate()
        .map(|(idx, text)| entry(&format!("terms#{idx}"), "售后服务条款", &[], text))
        .collect();
    let hits = Index::build(&passages).search("售后服务条款里运费谁承担", 3);

    assert_eq!(hits[0].id, "terms#1", "{hits:?}");
    assert!(hits[0].parts.question < 0.5, "{hits:?}");
}

#[test]
fn synonyms_find_what_other_words_say() {
    let entries = [entry("fee", "运费怎么算", &[], "满 99 元包邮"), entry("tax", "税费怎么算", &[], "含税")];

    let hits = Index::build_with(&entries, &[vec!["运费".to_owned(), "邮资".to_owned()]]).search("邮资怎么算", 2);

    assert_eq!(hits[0].id, "fee", "{hits:?}");
    assert!(hits[0].why.iter().any(|piece| piece.text.contains("运费")), "{hits:?}");
}

#[test]
fn a_small_library_is_not_sure_of_what_it_says_nothing_about() {
    let index = Index::build(&[
        entry("hours", "营业时间", &["几点开门"], "每天 9 点到 21 点。"),
        entry("returns", "怎么退货", &[], "7 天内可以退。"),
        entry("parking", "哪里可以停车", &[], "地下车库，两小时免费。"),
        entry("ship", "Do you ship abroad?", &[], "No, we do not."),
        entry("pay", "How can I pay?", &[], "WeChat and Alipay."),
    ]);

    for other in [
        "今天天气怎么样",
        "怎么做红烧肉",
        "会员积分怎么用",
        "怎么加盟",
        "你是谁",
        "有人吗",
        "how can I cook rice",
        "do you love me",
        "do you speak english",
    ] {
        let hits = index.search(other, 3);
        assert!(hits.iter().all(|hit| hit.score < index.sure_above()), "{other}: {hits:?}");
    }
    for (query, id) in [
        ("营业时间是几点", "hours"),
        ("几点开门啊", "hours"),
        ("我想退货", "returns"),
        ("怎么退货呢", "returns"),
        ("哪儿能停车", "parking"),
        ("do you ship to other countries", "ship"),
        ("how do I pay", "pay"),
    ] {
        let hits = index.search(query, 3);
        assert!(hits[0].id == id && hits[0].score >= index.nothing_below(), "{query}: {hits:?}");
    }
}

#[test]
fn a_library_with_variants_sets_its_own_thresholds() {
    let names = ["红茶", "绿茶", "咖啡", "牛奶", "果汁", "面包", "蛋糕", "饼干", "糖果", "巧克力", "苹果", "香蕉"];
    let entries: Vec<Entry> = names
        .iter()
        .flat_map(|name| {
            let of = |what: &str, texts: [String; 3]| Entry {
                id: format!("{name}-{what}"),
                question: texts[0].clone(),
                variants: texts[1..].to_vec(),
                answer: String::new(),
            };
            [
                of("price", [format!("{name}多少钱"), format!("{name}的价格是多少"), format!("买{name}要花多少钱")]),
                of("keep", [format!("{name}怎么保存"), format!("{name}要放冰箱吗"), format!("怎么存放{name}")]),
            ]
        })
        .collect();

    let (one, other) = (Index::build(&entries), Index::build(&entries));

    assert!(one.nothing_below() < one.sure_above());
    assert_ne!((one.nothing_below(), one.sure_above()), (0.15, 0.6));
    assert_eq!((one.nothing_below(), one.sure_above()), (other.nothing_below(), other.sure_above()));
    assert_eq!(one.search("红茶的价格", 5), other.search("红茶的价格", 5));
}

#[test]
fn how_entries_lie_in_parts_changes_no_result() {
    let words =
        ["退款", "运费", "发票", "地址", "coupon", "parcel", "refund", "会员", "积分", "安装", "保修", "return"];
    let entries: Vec<Entry> = (0..400usize)
        .map(|n| {
            let word = |m: usize| words[(n * m + n / 7) % words.len()];
            let answer = format!("{} {} 的 {} {}", word(3), word(5), word(11), word(2));
            entry(&n.to_string(), &format!("{}怎么{}", word(1), word(7)), &[word(4)], &answer)
        })
        .collect();
    let synonyms = [vec!["运费".to_owned(), "邮费".to_owned()]];
    let whole = Index::build_with(&entries, &synonyms);
    let terms = |some: &[Entry]| Terms::of(some.iter().cloned(), &synonyms);
    // The middle comes last, and of the first part the entries after 150 were taken out again.
    let is_kept: Vec<bool> = (0..200).map(|n| n < 150).collect();
    let first = Terms::together(&[(&terms(&entries[..200]), Some(&is_kept))]);
    let last = Terms::together(&[(&terms(&entries[200..201]), None), (&terms(&entries[201..]), None)]);
    let parts =
        [(first, (0..150).collect()), (last, (200..400).collect()), (terms(&entries[150..200]), (150..200).collect())];

    let index = Index::of(&parts, &|number| entries[number].clone(), &synonyms, None);

    assert_eq!((index.nothing_below(), index.sure_above()), (whole.nothing_below(), whole.sure_above()));
    for query in ["邮费怎么退款", "refund my parcel", "积分", "会员怎么安装", "coupon 发票 地址", "保修 return 的"]
    {
        for limit in [1, 8, 30] {
            assert_eq!(index.search(query, limit), whole.search(query, limit), "{query}");
        }
        let numbered = index.search_numbered(query, 8);
        assert!(numbered.iter().all(|(number, hit)| entries[*number].id == hit.id), "{numbered:?}");
    }
}

/// Finds the figures of CONFIDENCE: `cargo test --release -p nlu usual_confidence -- --ignored --nocapture`.
#[test]
#[ignore = "prints the figures of CONFIDENCE from the public sets"]
fn usual_confidence() {
    let mut sets: Vec<(Vec<Entry>, Vec<Query>)> = Vec::new();
    for set in ["stackfaq_en", "xquad_en", "xquad_zh"] {
        sets.push((lines(&format!("{set}/docs")), lines(&format!("{set}/queries"))));
    }
    for (train, test) in [
        ("clinc150/train10", "clinc150/test"),
        ("banking77/train10", "banking77/test"),
        ("crosswoz_intent/train", "crosswoz_intent/test"),
    ] {
        for n_variants in [0, 3] {
            sets.push(topics_as_articles(train, test, n_variants));
        }
    }
    let strangers: Vec<Labelled> = lines("clinc150/valid_oos");
    let strangers: Vec<&str> = strangers.iter().map(|line| line.text.as_str()).collect();
    let mut draw = Draw(12_345);
    let mut samples = Vec::new();
    for (entries, queries) in &sets {
        for (size, n_draws) in [(3, 20), (5, 16), (8, 12), (15, 8), (30, 5), (60, 4)] {
            if size * 2 > entries.len() {
                continue;
            }
            let mut of_size: Vec<Sample<4>> = Vec::new();
            for _ in 0..n_draws {
                let kept = draw.some(entries, size);
                let is_own = |query: &Query| kept.iter().any(|entry| query.relevant.contains(&entry.id));
                let (own, other): (Vec<&Query>, Vec<&Query>) = queries.iter().partition(|query| is_own(query));
                let mut asked: Vec<(&str, &[String])> = Vec::new();
                asked.extend(draw.some(&own, 60).iter().map(|query| (query.query.as_str(), &*query.relevant)));
                asked.extend(draw.some(&other, 40).iter().map(|query| (query.query.as_str(), &[][..])));
                for _ in 0..20 {
                    let (_, elsewhere) = &sets[draw.below(sets.len())];
                    let query = &elsewhere[draw.below(elsewhere.len())];
                    if !is_own(query) {
                        asked.push((&query.query, &[]));
                    }
                }
                asked.extend(draw.some(&strangers, 10).into_iter().map(|text| (text, &[][..])));
                of_size.extend(library_samples(&kept, &asked));
            }
            let n = of_size.len().max(1) as f64;
            samples.extend(of_size.into_iter().map(|sample| Sample { weight: 300.0 / n, ..sample }));
        }
    }
    let start = Curve { weights: [0.0; 4], constant: 0.0 };
    println!("{} samples\n{:.2?}", samples.len(), start.fitted(&samples, 1.0));
}

fn topics_as_articles(train: &str, test: &str, n_variants: usize) -> (Vec<Entry>, Vec<Query>) {
    let mut entries: Vec<Entry> = Vec::new();
    for Labelled { text, label } in lines(train) {
        match entries.iter_mut().find(|entry| entry.id == label) {
            Some(entry) if entry.variants.len() < n_variants => entry.variants.push(text),
            Some(_) => {}
            None => entries.push(Entry { id: label, question: text, ..Entry::default() }),
        }
    }
    let query = |line: Labelled| Query { query: line.text, relevant: vec![line.label] };
    (entries, lines(test).into_iter().map(query).collect())
}

fn library_samples(entries: &[Entry], asked: &[(&str, &[String])]) -> Vec<Sample<4>> {
    let index = Built::of(entries, Synonyms::default());
    let sample = |(text, relevant): &(&str, &[String])| {
        let found = index.find(text, 2);
        let is_good = relevant.contains(&index.ids[found.ranked.first()?.entry]);
        Some(Sample { signals: found.signals, is_good, weight: 1.0 })
    };
    asked.iter().filter_map(sample).collect()
}

/// Numbers that look drawn, the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    /// So many of them, none twice, or all.
    fn some<T: Clone>(&mut self, all: &[T], n: usize) -> Vec<T> {
        let mut all = all.to_vec();
        for at in 0..n.min(all.len()) {
            let other = at + self.below(all.len() - at);
            all.swap(at, other);
        }
        all.truncate(n);
        all
    }
}

#[expect(clippy::disallowed_methods, reason = "the sets are read where they are")]
fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = format!("{}/../../../shared/data/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
