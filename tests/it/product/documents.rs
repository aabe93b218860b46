//! Documents of libraries: uploaded, read in the background, found with their place; and files that are meant to hurt.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::office::workbook_of;
use super::{Answer, Client, Product, words};

const POLICY: &str = "# 退换货政策\n\n本政策适用于官方商城。\n\n## 退款\n\n收到退货后三个工作日内原路退款。\n\n## 运费\n\n\
                      质量问题由我们承担来回运费，其他情况由客户承担。\n\n| 商品 | 可退天数 |\n|---|---|\n| 耳机 | 七天 |\n| 冰箱 | 三十天 |\n";

#[tokio::test]
async fn a_policy_answers_with_its_place() {
    let (product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;

    let added = upload(&mut owner, "policy.md", POLICY.as_bytes()).await.is(201);
    assert_eq!(added["state"], "queued");
    let ready = settled(&mut owner, &added).await;
    assert_eq!((&ready["state"], &ready["problem"]), (&json!("ready"), &Value::Null), "{ready}");
    let passages = owner.get(&format!("/api/documents/{}/passages", id(&added))).await.is(200);
    assert_eq!(passages[1]["heading"], "退换货政策 › 退款");
    assert!(passages.to_string().contains("商品: 耳机 | 可退天数: 七天"), "{passages}");
    let again = upload(&mut owner, "copy.md", POLICY.as_bytes()).await.is(200);
    assert_eq!((&again["id"], &again["is_known"]), (&added["id"], &json!(true)), "the same content is one document");

    let answered = ask(&mut owner, json!({ "libraries": ["docs"], "unsure": "answer" }), "退款几个工作日到账").await;
    let answer =
        answered["messages"].as_array().and_then(|all| all.iter().find(|it| it["content"]["type"] == "answer"));
    let answer = answer.unwrap_or_else(|| panic!("{answered}"));
    assert_eq!(answer["content"]["text"], "收到退货后三个工作日内原路退款。");
    assert_eq!(answer["content"]["sources"][0], json!({ "title": "policy", "heading": "退换货政策 › 退款" }));
    drop(product);
}

#[tokio::test]
async fn a_document_can_be_switched_off_read_again_exported_and_removed() {
    let (_product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let added = upload(&mut owner, "policy.md", POLICY.as_bytes()).await.is(201);
    settled(&mut owner, &added).await;
    let path = format!("/api/documents/{}", id(&added));
    assert!(is_found(&mut owner, "冰箱可退天数").await);

    owner.put(&path, json!({ "is_off": true })).await.is(200);
    assert!(!is_found(&mut owner, "冰箱可退天数").await);
    owner.put(&path, json!({ "is_off": false })).await.is(200);
    owner.post(&format!("{path}/read"), json!({})).await.is(202);
    assert_eq!(settled(&mut owner, &added).await["state"], "ready");
    assert!(is_found(&mut owner, "冰箱可退天数").await);
    assert_eq!(owner.get(&format!("{path}/file")).await.text, POLICY);

    let bundle = owner.get("/api/export").await.is(200);
    let (_other, mut other) = Product::with_owner().await;
    other.post("/api/import", bundle).await.is(200);
    settled(&mut other, &added).await;
    assert!(is_found(&mut other, "冰箱可退天数").await, "a bundle carries the text of documents");

    owner.delete(&path).await.is(204);
    owner.get(&path).await.is_refused(404, "not-found");
    assert!(!is_found(&mut owner, "冰箱可退天数").await);
}

#[tokio::test]
async fn rows_of_a_sheet_become_articles_once_its_columns_are_known() {
    let (_product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let added = upload(&mut owner, "faq.csv", &gbk_sheet()).await.is(201);

    let asks = settled(&mut owner, &added).await;
    assert_eq!(asks["state"], "asks_columns", "{asks}");
    assert_eq!(
        asks["preview"]["guess"],
        json!({ "question": 1, "answer": 2, "variants": [3], "language": null, "skip": 1 })
    );
    let path = format!("/api/documents/{}", id(&added));
    owner.put(&path, json!({ "columns": { "question": 1, "answer": 1 } })).await.is_refused(422, "not-valid");
    owner.put(&path, json!({ "columns": asks["preview"]["guess"] })).await.is(200);
    let ready = settled(&mut owner, &added).await;

    assert_eq!((&ready["state"], &ready["passages"]), (&json!("ready"), &json!(1)), "{ready}");
    assert!(ready["problem"]["why"]["en"].as_str().is_some_and(|why| why.contains("left out: 3")), "{ready}");
    let articles = owner.get("/api/libraries/docs/articles").await.is(200);
    assert_eq!((&articles[0]["question"], &articles[0]["variants"]), (&json!("多久发货"), &json!(["几天发货"])));
    assert!(is_found(&mut owner, "几天发货").await);
}

#[tokio::test]
async fn questions_that_come_again_are_counted_first_and_then_settled_as_the_author_wants() {
    let (_product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let by_hand = json!({ "question": "能开发票吗", "answer": { "zh": "能" } });
    owner.post("/api/libraries/docs/articles", by_hand).await.is(201);
    let columns = json!({ "question": 0, "answer": 1, "skip": 1 });
    let sheet = |name: &'static str, rows: &str| (name, format!("问题,答案\n{rows}").into_bytes());
    let (name, bytes) = sheet("old.csv", "多久发货,48 小时\n能退吗,七天内能退\n");
    let old = upload(&mut owner, name, &bytes).await.is(201);
    settled(&mut owner, &old).await;
    owner.put(&path(&old), json!({ "columns": columns })).await.is(200);
    settled(&mut owner, &old).await;
    let before = articles(&mut owner).await;
    assert_eq!(before.len(), 3);

    let (name, bytes) =
        sheet("new.csv", "多久发货？,24 小时\n能退吗,七天内能退\n能开发票吗,能开电子发票\n支持分期吗,支持\n");
    let new = upload(&mut owner, name, &bytes).await.is(201);
    settled(&mut owner, &new).await;
    let counted = owner.post(&format!("{}/repeats", path(&new)), columns.clone()).await.is(200);
    assert_eq!(
        [&counted["articles"], &counted["fresh"], &counted["same"], &counted["differing"]],
        [&json!(4), &json!(1), &json!(1), &json!(2)],
        "{counted}"
    );
    let example = &counted["examples"][0];
    assert_eq!((&example["before"]["zh"], &example["after"]["zh"]), (&json!("48 小时"), &json!("24 小时")));
    assert_eq!(articles(&mut owner).await, before, "nothing is written by counting");

    let mut wanted = columns.clone();
    wanted["repeated"] = "update".into();
    owner.put(&path(&new), json!({ "columns": wanted })).await.is(200);
    let ready = settled(&mut owner, &new).await;
    let after = articles(&mut owner).await;
    assert_eq!(after.len(), 4, "each question is there once: {after:?}");
    assert_eq!(ready["passages"], 3, "what it took over counts as its own: {ready}");
    let of = |question: &str| after.iter().find(|it| it["question"] == question).expect("it is there").clone();
    let (sent, invoice) = (of("多久发货"), of("能开发票吗"));
    assert_eq!((&sent["answer"]["zh"], &sent["document"]), (&json!("24 小时"), &json!(id(&new))));
    assert_eq!(before.iter().filter(|it| it["id"] == sent["id"]).count(), 1, "its id, and so its counts, stay");
    assert_eq!((&invoice["answer"]["zh"], invoice.get("document")), (&json!("能开电子发票"), None), "{invoice}");
    let old_now = owner.get(&path(&old)).await.is(200);
    assert_eq!(old_now["passages"], 0, "{old_now}");

    // Read again it is the same, and the older file takes none of it away.
    owner.post(&format!("{}/read", path(&new)), json!({})).await.is(202);
    settled(&mut owner, &new).await;
    let again = articles(&mut owner).await;
    assert_eq!(again.iter().find(|it| it["id"] == sent["id"]).map(|it| &it["answer"]["zh"]), Some(&json!("24 小时")));
    assert_eq!(again.len(), 4, "{again:?}");
    owner.delete(&path(&old)).await.is(204);
    assert_eq!(articles(&mut owner).await.len(), 4);

    // Left out, and beside each other.
    let (name, bytes) = sheet("third.csv", "支持分期吗,不支持\n能上门吗,能\n");
    let third = upload(&mut owner, name, &bytes).await.is(201);
    settled(&mut owner, &third).await;
    for (repeated, n) in [("skip", 5), ("keep", 6)] {
        let mut wanted = columns.clone();
        wanted["repeated"] = repeated.into();
        owner.put(&path(&third), json!({ "columns": wanted })).await.is(200);
        settled(&mut owner, &third).await;
        assert_eq!(articles(&mut owner).await.len(), n, "{repeated}");
    }
}

#[tokio::test]
async fn of_a_workbook_the_author_chooses_the_sheets() {
    let (_product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let book = workbook_of(&[
        ("说明", &[&["客服知识库导入说明"]]),
        ("售后", &[&["问题", "答案"], &["能退吗", "七天内能退"]]),
        ("物流", &[&["答案", "备注", "问题"], &["三天左右", "", "多久到货"], &["自理", "", "运费谁出"]]),
    ]);
    let added = upload(&mut owner, "faq.xlsx", &book).await.is(201);

    let asks = settled(&mut owner, &added).await;

    let sheets = asks["preview"]["sheets"].as_array().expect("several");
    let names: Vec<_> = sheets.iter().map(|sheet| (&sheet["name"], &sheet["n_rows"])).collect();
    assert_eq!(names, [(&json!("说明"), &json!(1)), (&json!("售后"), &json!(2)), (&json!("物流"), &json!(3))]);
    let of = |at: usize| {
        let mut columns = sheets[at]["guess"].clone();
        columns["sheet"] = sheets[at]["name"].clone();
        columns
    };
    owner.put(&path(&added), json!({ "columns": of(2) })).await.is(200);
    assert_eq!(settled(&mut owner, &added).await["passages"], 2, "one sheet of three");
    let mut both = of(1);
    both["more"] = json!([of(2)]);
    owner.put(&path(&added), json!({ "columns": both })).await.is(200);
    assert_eq!(settled(&mut owner, &added).await["passages"], 3);
    assert!(is_found(&mut owner, "多久到货").await);
}

async fn articles(owner: &mut Client) -> Vec<Value> {
    owner.get("/api/libraries/docs/articles").await.is(200).as_array().expect("a list").clone()
}

fn path(document: &Value) -> String {
    format!("/api/documents/{}", id(document))
}

#[tokio::test]
async fn files_that_hurt_are_a_message_to_their_author() {
    let (product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    upload(&mut owner, "a.md", b"").await.is_refused(422, "not-valid");
    upload(&mut owner, "a.exe", b"MZ\x90\x00").await.is_refused(422, "not-valid");
    upload(&mut owner, "a.pdf", b"hello").await.is_refused(422, "not-valid");
    upload(&mut owner, "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").await.is_refused(422, "not-valid");
    upload(&mut owner, "big.txt", &vec![b'a'; 20 * 1024 * 1024 + 1]).await.is_refused(413, "too-large");

    for (name, bytes, expected) in [
        ("blank.txt", b" \n \n".to_vec(), "empty"),
        ("marks.md", b"---\n\n***\n".to_vec(), "no text"),
        ("broken.pdf", b"%PDF-1.7\nbroken".to_vec(), "broken"),
        ("bomb.pdf", pdf_bomb(), ""),
        ("broken.docx", b"PK\x03\x04 word/document.xml".to_vec(), "broken"),
        ("broken.xlsx", b"PK\x03\x04 xl/workbook.xml".to_vec(), "cannot be read"),
        ("binary.md", b"\x7fELF\x00\x00\x00\xff\xfe\x00".to_vec(), "not text"),
    ] {
        let added = upload(&mut owner, name, &bytes).await.is(201);
        let failed = settled(&mut owner, &added).await;
        assert_eq!(failed["state"], "failed", "{name}: {failed}");
        let why = failed["problem"]["why"]["en"].as_str().unwrap_or_default();
        assert!(why.contains(expected) && !why.is_empty(), "{name}: {failed}");
        assert!(!failed["problem"]["advice"]["zh"].as_str().unwrap_or_default().is_empty(), "{name}: {failed}");
    }

    let scripted = b"<!doctype html><title>t</title><p>seven days</p><script>steal()</script><img onerror=x>";
    let added = upload(&mut owner, "page.html", scripted).await.is(201);
    settled(&mut owner, &added).await;
    let passages = owner.get(&format!("/api/documents/{}/passages", id(&added))).await;
    assert!(passages.text.contains("seven days") && !passages.text.contains("steal"), "{}", passages.text);
    product_still_answers(&product).await;
}

#[tokio::test]
async fn an_address_is_read_with_its_pages_and_private_ones_are_refused() {
    let site = site().await;
    let product = Product::start_allowing(&site).await;
    let mut owner = product.owner().await;
    library(&mut owner).await;

    let added = address(&mut owner, &format!("http://{site}/"), 10, 2).await.is(201);
    let ready = settled(&mut owner, &added).await;
    assert_eq!(ready["state"], "ready", "{ready}");
    let passages = owner.get(&format!("/api/documents/{}/passages", id(&added))).await;
    assert!(passages.text.contains("first page") && passages.text.contains("second page"), "{}", passages.text);
    assert!(passages.text.contains(&format!("http://{site}/two")), "{}", passages.text);

    for (url, expected) in [
        ("http://127.0.0.1:1/".to_owned(), "private"),
        ("http://169.254.169.254/latest/meta-data".to_owned(), "link-local"),
        (format!("http://{site}/to-private"), "private"),
        (format!("http://{site}/endless"), "larger than"),
        (format!("http://{site}/round"), "redirects too often"),
        (format!("http://{site}/missing"), "404"),
    ] {
        let added = address(&mut owner, &url, 1, 0).await.is(201);
        let failed = settled(&mut owner, &added).await;
        let why = failed["problem"]["why"]["en"].as_str().unwrap_or_default();
        assert!(failed["state"] == "failed" && why.contains(expected), "{url}: {failed}");
    }
    address(&mut owner, "ftp://example.com/", 1, 0).await.is_refused(422, "not-valid");
    address(&mut owner, "not an address", 1, 0).await.is_refused(422, "not-valid");
}

#[tokio::test]
async fn what_a_site_asks_of_programs_is_kept() {
    let (partly, shut) = (site_that_asks("User-agent: *\nDisallow: /two\n").await, site_that_asks("503").await);
    let product = Product::start_allowing("127.0.0.1").await;
    let mut owner = product.owner().await;
    library(&mut owner).await;

    let added = address(&mut owner, &format!("http://{partly}/"), 10, 2).await.is(201);
    let ready = settled(&mut owner, &added).await;
    assert_eq!(ready["state"], "ready", "{ready}");
    assert!(ready["problem"]["why"]["en"].as_str().is_some_and(|why| why.contains("robots.txt")), "{ready}");
    assert!(ready["problem"]["why"]["zh"].as_str().is_some_and(|why| why.contains("1 个页面没有读取")), "{ready}");
    let passages = owner.get(&format!("/api/documents/{}/passages", id(&added))).await;
    assert!(passages.text.contains("first page") && !passages.text.contains("second page"), "{}", passages.text);

    for (url, expected) in [
        (format!("http://{partly}/two"), "asks not to read"),
        (format!("http://{shut}/"), "robots.txt cannot be read: the answer is 503"),
    ] {
        let added = address(&mut owner, &url, 1, 0).await.is(201);
        let failed = settled(&mut owner, &added).await;
        let why = failed["problem"]["why"]["en"].as_str().unwrap_or_default();
        assert!(failed["state"] == "failed" && why.contains(expected), "{url}: {failed}");
    }
}

#[tokio::test]
async fn reading_goes_on_after_a_restart_and_can_be_stopped() {
    let (mut product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let long =
        format!("# 手册\n\n{}", "这一节说明怎样使用。每一步都有图片和文字说明，请按顺序操作。\n\n".repeat(20_000));
    let added = upload(&mut owner, "manual.md", long.as_bytes()).await.is(201);
    let stopped = upload(&mut owner, "other.md", format!("{long}x").as_bytes()).await.is(201);
    owner.post(&format!("/api/documents/{}/cancel", id(&stopped)), json!({})).await.is(200);

    product.kill().await;
    product.start_again().await;
    owner.url = product.url.clone();

    let ready = settled(&mut owner, &added).await;
    assert_eq!(ready["state"], "ready", "{ready}");
    let other = owner.get(&format!("/api/documents/{}", id(&stopped))).await.is(200);
    assert_eq!(other["state"], "canceled");
}

#[tokio::test]
async fn articles_hold_on_their_days_and_synonyms_count_as_one_word() {
    let (_product, mut owner) = Product::with_owner().await;
    library(&mut owner).await;
    let add = |question: &str, more: Value| {
        let mut article = json!({ "question": question, "answer": { "zh": "答案" } });
        article.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        article
    };
    let path = "/api/libraries/docs/articles";
    owner.post(path, add("双十一活动有什么优惠", json!({ "until": "2020-11-12" }))).await.is(201);
    owner
        .post(
            path,
            add(
                "会员日有什么优惠",
                json!({ "from": "2020-01-01", "owner": "小李", "on_channels": { "wechat": { "zh": "微信答案" } } }),
            ),
        )
        .await
        .is(201);
    owner.post(path, add("停用的问题", json!({ "is_off": true }))).await.is(201);
    owner.post(path, add("x", json!({ "from": "yesterday" }))).await.is_refused(422, "not-valid");
    owner
        .post(path, add("x", json!({ "from": "2026-02-01", "until": "2026-01-01" })))
        .await
        .is_refused(422, "not-valid");

    let tried = owner.post("/api/libraries/docs/try", json!({ "query": "双十一活动有什么优惠" })).await.is(200);
    assert!(!tried["hits"].to_string().contains("双十一"), "{tried}");
    assert!(tried["hits"].to_string().contains("会员日"), "{tried}");
    assert!(!is_found(&mut owner, "停用的问题").await);
    let groups = json!({ "groups": [["运费", "邮费"], ["只有一个"]] });
    assert_eq!(owner.put("/api/synonyms", groups).await.is(200)["groups"], json!([["运费", "邮费"]]));
    owner.put("/api/synonyms", json!({ "groups": [["a", "b"], ["B", "c"]] })).await.is_refused(422, "not-valid");
}

pub(super) async fn library(owner: &mut Client) {
    owner.post("/api/libraries", json!({ "key": "docs", "name": { "zh": "文档库", "en": "Documents" } })).await.is(201);
}

pub(super) async fn upload(owner: &mut Client, name: &str, bytes: &[u8]) -> Answer {
    let request = owner.http.post(format!("{}/api/libraries/docs/documents?name={name}", owner.url));
    let request = request.header("cookie", &owner.cookie).header("content-type", "application/octet-stream");
    let response = request.body(bytes.to_vec()).send().await.expect("an answer");
    let status = response.status();
    Answer { name: format!("upload {name}"), status, text: response.text().await.expect("a body") }
}

async fn address(owner: &mut Client, url: &str, pages: usize, depth: usize) -> Answer {
    owner.post("/api/libraries/docs/documents/address", json!({ "url": url, "pages": pages, "depth": depth })).await
}

/// The document once nothing more happens to it by itself.
pub(super) async fn settled(owner: &mut Client, document: &Value) -> Value {
    let path = format!("/api/documents/{}", id(document));
    let begun = Instant::now();
    loop {
        let now = owner.get(&path).await.is(200);
        if !matches!(now["state"].as_str(), Some("queued" | "reading" | "splitting" | "indexing")) {
            return now;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{now}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub(super) fn id(document: &Value) -> String {
    document["id"].as_str().expect("an id").to_owned()
}

async fn is_found(owner: &mut Client, query: &str) -> bool {
    let tried = owner.post("/api/libraries/docs/try", json!({ "query": query })).await.is(200);
    tried["outcome"] != "nothing"
}

/// What a test chat of a flow with one `answer` step says to a question.
async fn ask(owner: &mut Client, config: Value, question: &str) -> Value {
    let flow = json!({
        "format": 1, "id": "", "key": "ask", "name": { "zh": "问" }, "languages": ["zh"],
        "nodes": [
            { "id": "start", "kind": "start" },
            { "id": "answer", "kind": "answer", "v": 2, "config": config },
            { "id": "end", "kind": "end" },
        ],
        "edges": [
            { "from": "start", "port": "next", "to": "answer" },
            { "from": "answer", "port": "answered", "to": "end" },
        ],
    });
    let imported = owner.post("/api/import", flow).await.is(200);
    let flow = imported["flows"][0]["id"].as_str().expect("an id").to_owned();
    let chat = owner.post(&format!("/api/flows/{flow}/test"), json!({})).await.is(200);
    let chat = chat["id"].as_str().expect("an id").to_owned();
    owner.post(&format!("/api/test/{chat}/messages"), json!({ "text": question })).await.is(200)
}

pub(super) async fn product_still_answers(product: &Product) {
    let mut customer = super::chat::Customer::open(product, json!({ "flow": "faq" })).await;
    assert!(!words(&customer.say("1", "运费谁出").await).is_empty());
}

/// `编号,问题,答案,相似问法`, then a row with all of them and one without an answer, as Excel in China writes it.
fn gbk_sheet() -> Vec<u8> {
    let cells: [&[u8]; 3] = [
        b"\xb1\xe0\xba\xc5,\xce\xca\xcc\xe2,\xb4\xf0\xb0\xb8,\xcf\xe0\xcb\xc6\xce\xca\xb7\xa8\r\n",
        b"1,\xb6\xe0\xbe\xc3\xb7\xa2\xbb\xf5,\xcb\xc4\xca\xae\xb0\xcb\xd0\xa1\xca\xb1\xc4\xda\xb7\xa2\xbb\xf5,\xbc\xb8\xcc\xec\xb7\xa2\xbb\xf5\r\n",
        b"2,\xc3\xbb\xd3\xd0\xb4\xf0\xb0\xb8,,\r\n",
    ];
    cells.concat()
}

/// Pages that hold each other: a reader that follows them never ends.
fn pdf_bomb() -> Vec<u8> {
    let mut file = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n".to_owned();
    file.push_str("2 0 obj\n<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 1000000000 >>\nendobj\n");
    file.push_str("trailer\n<< /Size 3 /Root 1 0 R >>\n%%EOF");
    file.into_bytes()
}

/// A small site with pages that are meant to hurt.
async fn site() -> String {
    site_that_asks("").await
}

/// The same with rules for programs that read it; `503` has trouble to say them.
async fn site_that_asks(robots: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let host = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 4_096];
                let n = stream.read(&mut buffer).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&buffer[..n]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
                let page = |words: &str| {
                    let body = format!(
                        "<html><title>Help</title><h1>Help</h1><p>This is the {words} of the help.</p><a href=/two>next</a><a href=http://10.0.0.1/>in</a></html>"
                    );
                    format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    )
                };
                let to = |place: &str| {
                    format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                };
                let answer = match path.as_str() {
                    "/" => page("first page"),
                    "/two" => page("second page"),
                    "/robots.txt" if robots == "503" => {
                        "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
                    }
                    "/robots.txt" if !robots.is_empty() => format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{robots}",
                        robots.len()
                    ),
                    "/to-private" => to("http://127.0.0.1:1/"),
                    "/round" => to("/round"),
                    "/endless" => {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n").await;
                        while stream.write_all(&[b'a'; 65_536]).await.is_ok() {}
                        return;
                    }
                    _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    host
}
