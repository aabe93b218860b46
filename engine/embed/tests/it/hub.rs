//! Models by name: from the folders of the hub's own tools, or from a stub of the hub.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use embed::{Hub, HubName, Trouble};
use serde_json::json;

use super::folders;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Answers by path: a status and a body, of which only a part may come. What was asked is noted with its token.
struct Stub {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    fn start(answers: BTreeMap<String, (u16, Vec<u8>)>, is_cut: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let notes = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let token = head.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default();
                notes.lock().expect("notes").push(format!("{path} {token}").trim().to_owned());
                let (status, body) = answers.get(&path).cloned().unwrap_or((404, Vec::new()));
                let head =
                    format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let part = if is_cut && path.ends_with("safetensors") { body.len() / 2 } else { body.len() };
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..part]));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("notes").clone()
    }
}

fn model() -> HubName {
    HubName { name: "owner/tiny".to_owned(), revision: "main".to_owned() }
}

fn hub(endpoint: &str, cache: &Path, own: &Path) -> Hub {
    Hub { endpoint: endpoint.to_owned(), token: None, caches: vec![cache.to_owned()], own: own.to_owned() }
}

/// What a hub has of a small model.
fn answers() -> BTreeMap<String, (u16, Vec<u8>)> {
    let files = ["config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json", "README.md"];
    let siblings: Vec<_> = files.iter().map(|file| json!({ "rfilename": file })).collect();
    let listing = json!({ "id": "owner/tiny", "sha": COMMIT, "siblings": siblings });
    let file = |file: &str| format!("/owner/tiny/resolve/{COMMIT}/{file}");
    let pooling = json!({ "pooling_mode_cls_token": true, "word_embedding_dimension": folders::HIDDEN });
    BTreeMap::from([
        ("/api/models/owner/tiny/revision/main".to_owned(), (200, listing.to_string().into_bytes())),
        (file("config.json"), (200, folders::config().to_string().into_bytes())),
        (file("tokenizer.json"), (200, folders::tokenizer().to_string().into_bytes())),
        (file("model.safetensors"), (200, folders::safetensors(&folders::weights(9)))),
        (file("1_Pooling/config.json"), (200, pooling.to_string().into_bytes())),
    ])
}

#[tokio::test]
async fn a_model_is_fetched_once_and_whole() {
    let (cache, own) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let stub = Stub::start(answers(), false);
    let hub = Hub { token: Some("secret".into()), ..hub(&stub.url, cache.path(), own.path()) };
    assert_eq!(hub.cached(&model()), None);

    let folder = hub.find(&model()).await.expect("it is fetched");

    assert!(folder.starts_with(own.path()) && folder.ends_with(format!("models--owner--tiny/snapshots/{COMMIT}")));
    let kept = fs::read(folder.join("model.safetensors")).expect("the weights");
    assert_eq!(kept, folders::safetensors(&folders::weights(9)));
    let sheet = embed::Sheet::read(&folder, "tiny").expect("it is whole");
    assert_eq!(sheet.pooling, embed::Pooling::First);
    let asked = stub.asked();
    assert!(asked.len() == 5 && asked.iter().all(|line| line.ends_with(" Bearer secret")), "{asked:?}");
    assert!(!asked.iter().any(|line| line.contains("README")), "{asked:?}");

    assert_eq!(hub.find(&model()).await, Ok(folder.clone()), "it is here now");
    assert_eq!(stub.asked().len(), 5);
    let by_commit = HubName { revision: COMMIT.to_owned(), ..model() };
    assert_eq!(hub.cached(&by_commit), Some(folder));
    assert_eq!(fs::read_dir(cache.path()).expect("a folder").count(), 0, "others' folders are not written to");
}

#[tokio::test]
async fn what_the_hubs_own_tools_fetched_is_used() {
    let (cache, own) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let place = cache.path().join("models--owner--tiny");
    let folder = place.join("snapshots").join(COMMIT);
    fs::create_dir_all(place.join("refs")).expect("a folder");
    fs::write(place.join("refs/main"), COMMIT).expect("it is written");
    let hub = hub("http://127.0.0.1:1", cache.path(), own.path());
    fs::create_dir_all(&folder).expect("a folder");
    assert_eq!(hub.cached(&model()), None, "nothing is in it");
    folders::write(&folder, &folders::config(), &folders::weights(1), None);
    assert_eq!(hub.find(&model()).await, Ok(folder));

    fs::write(place.join("refs/main"), "../../elsewhere").expect("it is written");
    assert_eq!(hub.cached(&model()), None, "a commit is no path");
}

#[tokio::test]
async fn what_does_not_come_is_said_and_leaves_no_half_model() {
    let (cache, own) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let failed = async |answers: BTreeMap<String, (u16, Vec<u8>)>, is_cut: bool| {
        let stub = Stub::start(answers, is_cut);
        let hub = hub(&stub.url, cache.path(), own.path());
        let trouble = hub.find(&model()).await.expect_err("it does not come");
        assert_eq!(hub.cached(&model()), None, "{trouble}");
        trouble
    };
    let with = |path: &str, status: u16, body: &[u8]| {
        let mut answers = answers();
        answers.insert(path.to_owned(), (status, body.to_vec()));
        answers
    };
    let listing = "/api/models/owner/tiny/revision/main";

    let nobody = hub("http://127.0.0.1:1", cache.path(), own.path()).find(&model()).await.expect_err("nobody is there");
    assert!(nobody.may_pass() && nobody.texts().in_language("zh").contains("稍后会重试"), "{nobody:?}");
    let unknown = failed(with(listing, 404, b""), false).await;
    assert_eq!((&unknown, unknown.may_pass()), (&Trouble::NotOnHub { name: "owner/tiny".into(), status: 404 }, false));
    let closed = failed(with(listing, 401, b""), false).await;
    assert!(closed.to_string().contains("HF_TOKEN"), "{closed}");
    assert!(failed(with(listing, 503, b""), false).await.may_pass());
    assert!(failed(with(listing, 200, b"<html>"), false).await.to_string().contains("not JSON"));
    let odd = json!({ "sha": "../../x", "siblings": [] }).to_string();
    assert!(failed(with(listing, 200, odd.as_bytes()), false).await.to_string().contains("names no commit"));
    let torch = json!({ "sha": COMMIT, "siblings": [
        { "rfilename": "config.json" }, { "rfilename": "tokenizer.json" }, { "rfilename": "pytorch_model.bin" },
    ] });
    let torch = failed(with(listing, 200, torch.to_string().as_bytes()), false).await;
    assert!(torch.to_string().contains("save the model as safetensors"), "{torch}");
    let cut = failed(answers(), true).await;
    assert!(cut.may_pass() && cut.to_string().contains("owner/tiny/model.safetensors"), "{cut}");

    // What came before is not fetched again.
    let stub = Stub::start(answers(), false);
    hub(&stub.url, cache.path(), own.path()).find(&model()).await.expect("it is fetched");
    assert_eq!(stub.asked().len(), 2, "{:?}", stub.asked());
}
