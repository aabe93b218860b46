//! WebSocket frames that are wrong, too large or too many.

use std::time::Duration;

use serde_json::json;

use super::wire::{BINARY, END, PING, Socket, TEXT, frame};
use super::{figure, honest, many, resident_kib};
use crate::product::Product;
use crate::product::chat::Customer;

const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
async fn wrong_frames_are_closed_with_the_code_that_says_why() {
    let product = Product::start().await;
    product.at_rest().await;
    let customer = Customer::open(&product, json!({})).await;
    let mut honest = Socket::open(&product, &customer, 0).await;
    honest.text().await.expect("the first words");
    let before = resident_kib(&product);

    check(&product, &customer, 1007, &frame(END | TEXT, &[0xC3, 0x28])).await;
    check(&product, &customer, 1007, &[frame(TEXT, b"\xE4"), frame(END, b"\xFF")].concat()).await;
    check(&product, &customer, 1002, &[END | TEXT, 2, b'h', b'i']).await;
    check(&product, &customer, 1002, &frame(END | 0x40 | TEXT, b"reserved bit: compression was not agreed")).await;
    check(&product, &customer, 1002, &frame(END | 0x3, b"reserved opcode")).await;
    check(&product, &customer, 1002, &frame(PING, b"a ping in parts")).await;
    check(&product, &customer, 1002, &frame(END | PING, &[0; 126])).await;
    check(&product, &customer, 1002, &frame(END, b"the end of nothing")).await;
    check(&product, &customer, 1009, &[&[END | BINARY, 0xFF], &(64_u64 << 20).to_be_bytes()[..], &[0; 4]].concat())
        .await;
    check(&product, &customer, 1009, &frame(END | TEXT, &vec![b'a'; 64 << 20])).await;
    let parts: Vec<u8> = (0..40).flat_map(|n| frame(if n == 0 { TEXT } else { 0 }, &[b'a'; 1_000])).collect();
    check(&product, &customer, 1009, &parts).await;
    let fragments = [frame(TEXT, b""), frame(0, b"").repeat(many(100_000, 1_000_000))].concat();
    check(&product, &customer, 1008, &fragments).await;
    check(&product, &customer, 1008, &frame(END | PING, b"flood").repeat(20_000)).await;
    check(&product, &customer, 1008, &frame(END | TEXT, b"{\"type\":\"ping\"}").repeat(10_000)).await;

    let grown = resident_kib(&product).saturating_sub(before);
    println!("fourteen kinds of misuse: memory grew by {grown} KiB");
    assert!(grown < 16 * 1024, "{grown} KiB");
    assert_eq!(figure(&product, "heliu_sockets_misused_total").await, 14.0);
    let mut customer = customer;
    let said = customer.say("1", "你好").await;
    assert_eq!(honest.text().await.expect("the socket beside them is open")["seq"], said["seq"]);
}

/// Every one of a crowd floods; somebody else's requests are answered as before.
#[tokio::test]
async fn floods_stop_their_own_socket_and_nobody_elses() {
    let product = Product::start().await;
    let customer = Customer::open(&product, json!({})).await;
    let quiet = honest(&product).await;

    let mut flooding = tokio::task::JoinSet::new();
    for _ in 0..many(50, 500) {
        let mut socket = Socket::open(&product, &customer, 0).await;
        flooding.spawn(async move {
            let burst = frame(END | TEXT, b"{\"type\":\"ping\"}").repeat(1_000);
            while socket.send_raw(&burst).await {
                tokio::task::yield_now().await;
            }
            socket.closed(SOON).await.0
        });
    }
    let meanwhile = honest(&product).await;
    let codes = flooding.join_all().await;

    println!("{} floods closed; an honest request took at most {quiet:?} before, {meanwhile:?} meanwhile", codes.len());
    // A client that goes on sending for more than a second after the close may miss the code.
    assert!(codes.iter().all(|code| matches!(code, 1008 | 1006)), "{codes:?}");
    assert!(meanwhile < 2 * quiet + Duration::from_millis(500), "{meanwhile:?}");
}

/// Twenty a second, a hundred at once: more are refused before they are accepted, and only this customer's.
#[tokio::test]
async fn a_customer_who_sends_too_much_is_told_to_wait() {
    let product = Product::start().await;
    let mut customer = Customer::open(&product, json!({ "flow": "faq" })).await;

    let mut refusals = 0;
    for n in 0..400 {
        // A message that is no message costs nothing but the count.
        let answer = customer.send(json!({ "id": format!("m{n}") })).await;
        if answer.status.as_u16() == 429 {
            answer.is_refused(429, "too-fast");
            refusals += 1;
        }
    }

    assert!(refusals > 0, "400 messages at once were taken");
    let other = Customer::open(&product, json!({ "flow": "faq" })).await;
    other.clone().say("1", "运费多少").await;
    let mut stranger = Customer { token: "wrong".into(), ..other.clone() };
    for _ in 0..200 {
        stranger.send(json!({ "id": "x" })).await;
    }
    other.clone().say("2", "运费多少").await;
}

async fn check(product: &Product, customer: &Customer, code: u16, bytes: &[u8]) {
    let mut socket = Socket::open(product, customer, 0).await;
    socket.text().await.expect("the first words");
    socket.send_raw(bytes).await;
    let (closed_with, reason) = socket.closed(SOON).await;
    assert_eq!(closed_with, code, "{reason}; sent {:?}…", &bytes[..bytes.len().min(24)]);
    assert!(!reason.is_empty());
}
