//! Libraries: their indexes are there before the first customer asks, and a hundred thousand passages are no trouble.

use std::time::{Duration, Instant};

use model::{Article, Flow, LibraryKey, Texts};
use serde_json::json;
use store::documents::{Document, Passage, State};

use super::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_flow_finds_its_index_built() {
    let world = World::in_real_time(Default::default(), Default::default()).await;
    for key in ["a", "b", "c"] {
        library(&world, key).await;
    }
    let flow: Flow = serde_json::from_value(json!({
        "format": 1, "id": "f", "key": "f", "name": { "en": "f" }, "languages": ["en"],
        "nodes": [
            { "id": "start", "kind": "start", "v": 1 },
            { "id": "answer", "kind": "answer", "v": 2, "config": { "libraries": ["a", "b"], "helpful": false } },
            { "id": "say", "kind": "say", "v": 1, "config": { "text": { "en": "bye" } } },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "answer" },
            { "from": "answer", "port": "answered", "to": "say" },
            { "from": "answer", "port": "nothing", "to": "say" },
        ],
    }))
    .expect("a flow");
    let choice = [LibraryKey::from("a"), LibraryKey::from("b")];
    assert!(!is_built(&world, &choice).await);

    world.publish_flow(&flow).await;

    built(&world, &choice).await;
    assert!(!is_built(&world, &[LibraryKey::from("c")]).await, "nobody searches there");
    // What is written later is built for as well.
    library(&world, "d").await;
    world.engine.forget_libraries();
    built(&world, &choice).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_never_finds_what_another_holds() {
    let world = World::in_real_time(Default::default(), Default::default()).await;
    let store = world.engine.store();
    let writing = store.write().await.expect("the writer");
    let other = store::workspaces::create(&writing, "Other", 1).await.expect("a workspace").id;
    writing.commit().await.expect("a commit");
    for (workspace, id) in [(world.workspace, "ours"), (other, "theirs")] {
        let writing = store.write().await.expect("the writer");
        let (key, name) = (LibraryKey::from("a"), Texts::new("a", "a"));
        store::libraries::save(&writing, workspace, &key, &name).await.expect("saved");
        store::documents::add_small(&writing, workspace, &document(id), b"x").await.expect("added");
        let passages: Vec<Passage> = (0..60).map(|n| passage(id, n, n)).collect();
        store::documents::add_passages(&writing, workspace, 1, &passages).await.expect("added");
        store::documents::serve(&writing, workspace, id, 1, 60, 1).await.expect("served");
        writing.commit().await.expect("a commit");
    }
    world.engine.forget_libraries();

    let mut n_found = 0;
    for n in 0..10_000 {
        let (workspace, id) = if n % 2 == 0 { (world.workspace, "ours") } else { (other, "theirs") };
        let libraries = if n % 3 == 0 { vec![] } else { vec![LibraryKey::from("a")] };
        let found = world.engine.hits(workspace, &words(n / 2, 8), &libraries, 5).await.expect("a search");
        for hit in &found.hits {
            n_found += 1;
            assert!(hit.item.id().starts_with(id), "{n}: {}", hit.item.id());
        }
    }
    assert!(n_found > 1_000, "{n_found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_step_by_step_is_found_as_if_it_had_been_there_at_once() {
    let world = World::in_real_time(Default::default(), Default::default()).await;
    let store = world.engine.store();
    let writing = store.write().await.expect("the writer");
    let other = store::workspaces::create(&writing, "Other", 1).await.expect("a workspace").id;
    writing.commit().await.expect("a commit");
    let all = [LibraryKey::from("a"), LibraryKey::from("b")];
    let ask = async |workspace, n: i64| {
        let libraries = &all[..(n % 3) as usize];
        let found = world.engine.hits(workspace, &words(n * 31 % 400, 6), libraries, 6).await.expect("a search");
        found.hits.into_iter().map(|hit| (hit.item.id(), hit.score, hit.words.why)).collect::<Vec<_>>()
    };
    let changes = [
        Change::Document("a", "one", 0..40),
        Change::Article("a", "x", 7),
        Change::Document("b", "two", 20..90),
        Change::Document("a", "three", 90..200),
        Change::Gone("one"),
        Change::Article("a", "x", 8),
        Change::Document("a", "four", 150..155),
        Change::Synonyms,
        Change::Document("a", "five", 300..330),
        Change::Article("b", "y", 300),
    ];
    for change in &changes {
        change.make(&world, world.workspace).await;
        world.engine.forget_libraries();
        world.engine.fresh_shelf(world.workspace).await.expect("a shelf");
        for n in 0..3 {
            ask(world.workspace, n).await;
        }
    }
    for change in changes.iter().filter(|change| !matches!(change, Change::Document(_, "one", _) | Change::Gone(_))) {
        change.make(&world, other).await;
    }

    for n in 0..60 {
        let (step_by_step, at_once) = (ask(world.workspace, n).await, ask(other, n).await);
        assert!(!at_once.is_empty(), "{n}");
        assert_eq!(step_by_step, at_once, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_reads_what_was_counted_before() {
    const N: i64 = 2_400;
    let (world, folder) = (World::in_real_time(Default::default(), Default::default()).await, tempfile::tempdir());
    let folder = folder.expect("a folder");
    world.engine.keep_counts_in(folder.path().join("index"));
    Change::Document("a", "one", 0..N).make(&world, world.workspace).await;
    world.engine.forget_libraries();
    let files = || {
        let of_workspace = folder.path().join("index").join(world.workspace.0.to_string());
        let entries = std::fs::read_dir(of_workspace).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_none()).collect::<Vec<_>>()
    };
    let began = Instant::now();
    while files().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ask = async |engine: &runtime::Engine, n: i64| {
        let found = engine.hits(world.workspace, &words(n * 31 % 400, 6), &["a".into()], 6).await.expect("a search");
        found.hits.into_iter().map(|hit| (hit.item.id(), hit.score, hit.words.why)).collect::<Vec<_>>()
    };
    let started_again = async || {
        let engine = world.engine_again();
        engine.keep_counts_in(folder.path().join("index"));
        for n in 0..20 {
            assert_eq!(ask(&engine, n).await, ask(&world.engine, n).await, "{n}");
        }
        engine.shelf(world.workspace).await.expect("a shelf").n_from_files()
    };

    assert_eq!(started_again().await, N as usize, "it is not counted again");
    std::fs::write(&files()[0], "garbage").expect("written");
    assert_eq!(started_again().await, 0, "it is counted again");
}

/// What an author does.
enum Change {
    /// A document in a library.
    Document(&'static str, &'static str, std::ops::Range<i64>),
    /// An article in a library.
    Article(&'static str, &'static str, i64),
    /// A document that is removed.
    Gone(&'static str),
    /// Words that mean the same.
    Synonyms,
}

impl Change {
    async fn make(&self, world: &World, workspace: store::WorkspaceId) {
        let writing = world.engine.store().write().await.expect("the writer");
        for key in ["a", "b"] {
            store::libraries::save(&writing, workspace, &key.into(), &Texts::new(key, key)).await.expect("saved");
        }
        match self {
            Self::Document(library, id, range) => {
                let document = Document { library: (*library).into(), ..document(id) };
                store::documents::add_small(&writing, workspace, &document, b"x").await.expect("added");
                let passages: Vec<Passage> = range.clone().zip(0..).map(|(words, n)| passage(id, n, words)).collect();
                store::documents::add_passages(&writing, workspace, 1, &passages).await.expect("added");
                let n = passages.len() as i64;
                store::documents::serve(&writing, workspace, id, 1, n, 1).await.expect("served");
            }
            Self::Article(library, id, n) => {
                let article = Article {
                    id: (*id).to_owned(),
                    question: words(*n, 5),
                    answer: Texts::new(words(*n + 1, 9), ""),
                    ..Article::default()
                };
                let saved = store::libraries::save_article(&writing, workspace, &(*library).into(), &article, 1).await;
                saved.expect("saved");
            }
            Self::Gone(id) => {
                assert!(store::documents::delete(&writing, workspace, id).await.expect("removed"));
            }
            Self::Synonyms => {
                let (some, other) = (words(301, 1), words(302, 1));
                let saved = store::judgements::save_synonyms(&writing, workspace, &[vec![some, other]]).await;
                saved.expect("saved");
            }
        }
        writing.commit().await.expect("a commit");
    }
}

/// Reading, indexing and searching a hundred thousand passages; run it in a release build.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_hundred_thousand_passages() {
    const N: i64 = 100_000;
    const OF_A_DOCUMENT: i64 = 5_000;
    let world = World::in_real_time(Default::default(), Default::default()).await;
    library(&world, "a").await;
    let store = world.engine.store();
    let began = Instant::now();
    for n in 0..N / OF_A_DOCUMENT {
        let id = format!("d{n}");
        store::documents::add(store, world.workspace, &document(&id), b"x").await.expect("added");
        for from in (0..OF_A_DOCUMENT).step_by(200) {
            let passages: Vec<Passage> =
                (from..from + 200).map(|at| passage(&id, at, n * OF_A_DOCUMENT + at)).collect();
            let writing = store.write().await.expect("the writer");
            store::documents::add_passages(&writing, world.workspace, 1, &passages).await.expect("added");
            writing.commit().await.expect("a commit");
        }
        let writing = store.write().await.expect("the writer");
        store::documents::serve(&writing, world.workspace, &id, 1, OF_A_DOCUMENT, 1).await.expect("served");
        writing.commit().await.expect("a commit");
    }
    println!("written in {:?}; {} MiB resident", began.elapsed(), resident_mib());
    let began = Instant::now();
    world.engine.forget_libraries();
    world.engine.fresh_shelf(world.workspace).await.expect("a shelf");
    println!("loaded in {:?}; {} MiB resident", began.elapsed(), resident_mib());
    let began = Instant::now();
    search(&world, "first").await;
    println!("first search, with the index, in {:?}; {} MiB resident", began.elapsed(), resident_mib());
    let mut times = Vec::new();
    for n in 0..1_000 {
        let began = Instant::now();
        search(&world, &words(n * 97 % N, 12)).await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    println!("1000 searches: median {:?}, p99 {:?}, longest {:?}", times[500], times[990], times[999]);
    let began = Instant::now();
    world.engine.forget_libraries();
    world.engine.fresh_shelf(world.workspace).await.expect("a shelf");
    println!("looked again, nothing changed, in {:?}; {} MiB resident", began.elapsed(), resident_mib());
}

async fn search(world: &World, query: &str) {
    let found = world.engine.hits(world.workspace, query, &[LibraryKey::from("a")], 3).await.expect("a search");
    assert!(found.hits.len() <= 3);
}

/// Sentences of chosen words, Chinese and English in turn; always the same for a number.
fn words(n: i64, many: usize) -> String {
    const ZH: [&str; 40] = [
        "退货",
        "换货",
        "退款",
        "运费",
        "发票",
        "订单",
        "物流",
        "签收",
        "客服",
        "商品",
        "质量",
        "问题",
        "七天",
        "无理由",
        "保修",
        "维修",
        "配件",
        "型号",
        "安装",
        "上门",
        "工程师",
        "预约",
        "时间",
        "地址",
        "修改",
        "取消",
        "申请",
        "审核",
        "原路",
        "到账",
        "银行卡",
        "优惠券",
        "积分",
        "会员",
        "等级",
        "包装",
        "破损",
        "拍照",
        "上传",
        "凭证",
    ];
    const EN: [&str; 30] = [
        "return",
        "refund",
        "shipping",
        "invoice",
        "order",
        "delivery",
        "warranty",
        "repair",
        "part",
        "model",
        "install",
        "engineer",
        "appointment",
        "address",
        "change",
        "cancel",
        "approve",
        "bank",
        "coupon",
        "points",
        "member",
        "level",
        "box",
        "broken",
        "photo",
        "upload",
        "receipt",
        "within",
        "days",
        "customer",
    ];
    let mut state = n as u64 * 2_654_435_761 + 12_345;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    let is_chinese = n % 2 == 0;
    let mut text = String::new();
    for at in 0..many {
        match (is_chinese, at % 9) {
            (true, 8) => text.push_str(&format!("编号{}。", next(50_000))),
            (true, _) => text.push_str(ZH[next(ZH.len())]),
            (false, 8) => text.push_str(&format!("no. {}. ", next(50_000))),
            (false, _) => text.push_str(&format!("{} ", EN[next(EN.len())])),
        }
    }
    text
}

async fn library(world: &World, key: &str) {
    let writing = world.engine.store().write().await.expect("the writer");
    let (key, name) = (LibraryKey::from(key), Texts::new(key, key));
    store::libraries::save(&writing, world.workspace, &key, &name).await.expect("saved");
    writing.commit().await.expect("a commit");
    world.engine.forget_knowledge();
    world.engine.forget_libraries();
}

async fn is_built(world: &World, choice: &[LibraryKey]) -> bool {
    world.engine.fresh_shelf(world.workspace).await.expect("a shelf").is_built(choice)
}

async fn built(world: &World, choice: &[LibraryKey]) {
    let began = Instant::now();
    while !is_built(world, choice).await {
        assert!(began.elapsed() < Duration::from_secs(20), "the index is not built");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn document(id: &str) -> Document {
    let document = Document::in_line(id, "a".into(), format!("{id}.txt"), "test", 1);
    Document { kind: "text".into(), hash: id.into(), size_bytes: 1, state: State::Ready, ..document }
}

fn passage(document: &str, n: i64, seed: i64) -> Passage {
    Passage {
        document: document.into(),
        n,
        title: format!("手册 {document}"),
        heading: format!("第 {n} 节 › {}", words(seed, 3)),
        text: words(seed, if seed % 2 == 0 { 140 } else { 60 }),
        url: None,
        page: Some(n / 3 + 1),
    }
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
