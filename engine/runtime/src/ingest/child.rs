//! A hostile file is read by a process of its own: whatever it does there, it is a message to the author here.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use documents::{Document, Kind, Unreadable};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::Reader;

/// By the clock on the wall; the child itself has a limit on what it computes.
const LONGEST: Duration = Duration::from_secs(60);
/// What a child may answer.
const MAX_ANSWER_BYTES: u64 = 48 * 1024 * 1024;

/// Lets a child read a file.
pub(super) async fn read(reader: &Reader, kind: Kind, bytes: Vec<u8>) -> Result<Document, Unreadable> {
    read_within(LONGEST, reader, kind, bytes).await
}

async fn read_within(longest: Duration, reader: &Reader, kind: Kind, bytes: Vec<u8>) -> Result<Document, Unreadable> {
    match tokio::time::timeout(longest, ask(reader, kind, bytes)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::error!(%error, "no process could be started to read a document");
            Err(failed())
        }
        // Dropped with its future, the child is killed.
        Err(_) => Err(too_slow()),
    }
}

async fn ask(reader: &Reader, kind: Kind, bytes: Vec<u8>) -> std::io::Result<Result<Document, Unreadable>> {
    let mut child = Command::new(&reader.program)
        .args(["read-document", kind.word()])
        // It needs none of our settings, and must not know our secrets.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (mut input, output) = (child.stdin.take(), child.stdout.take());
    let give = async move {
        if let Some(input) = &mut input {
            // A child that died early does not read to the end; its status says more than this error.
            let _ = input.write_all(&bytes).await;
        }
        drop(input);
    };
    let take = async move {
        let mut answer = Vec::new();
        if let Some(output) = output {
            output.take(MAX_ANSWER_BYTES + 1).read_to_end(&mut answer).await?;
        }
        Ok::<_, std::io::Error>(answer)
    };
    let ((), answer) = tokio::join!(give, take);
    let answer = answer?;
    if answer.len() as u64 > MAX_ANSWER_BYTES {
        child.kill().await?;
        return Ok(Err(too_much()));
    }
    let status = child.wait().await?;
    if !status.success() {
        tracing::warn!(%status, kind = kind.word(), "a document brought its reader down");
        return Ok(Err(brought_down(status)));
    }
    Ok(serde_json::from_slice(&answer).unwrap_or_else(|_| Err(failed())))
}

fn brought_down(status: ExitStatus) -> Unreadable {
    use std::os::unix::process::ExitStatusExt;
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    match status.signal() {
        Some(SIGXCPU) => too_slow(),
        Some(SIGABRT) => too_much(),
        Some(SIGKILL) => ended(),
        _ => failed(),
    }
}

fn too_slow() -> Unreadable {
    Unreadable::new(
        ("读取这份文件花的时间太长，已停止", "reading this file took too long and was stopped"),
        ("请拆成几份，或另存为较简单的格式", "split it, or save it in a simpler format"),
    )
}

fn too_much() -> Unreadable {
    Unreadable::new(
        ("读取这份文件需要太多内存，已停止", "reading this file took too much memory and was stopped"),
        ("请确认文件来源，或拆成几份", "make sure where the file comes from, or split it"),
    )
}

fn ended() -> Unreadable {
    Unreadable::new(
        (
            "读取这份文件的进程被系统终止了，可能是机器内存不够",
            "the process that read this file was ended by the system, perhaps for want of memory",
        ),
        ("请稍后重试；如果还是这样，请拆成几份", "try again in a moment; if it happens again, split the file"),
    )
}

fn failed() -> Unreadable {
    Unreadable::new(
        ("这份文件读不了，可能已损坏", "this file cannot be read; it may be broken"),
        ("请用其他程序打开，另存一份再上传", "open it in another program, save it again and upload that"),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn whatever_becomes_of_a_child_is_a_message_in_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = async |name: &str, script: &str| {
            let program = folder.path().join(name);
            std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a script");
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it may run");
            let began = Instant::now();
            let bytes = vec![b'x'; 4 * 1024 * 1024];
            let read = read_within(Duration::from_secs(2), &Reader { program }, Kind::Pdf, bytes).await;
            assert!(began.elapsed() < Duration::from_secs(4), "{name}: {:?}", began.elapsed());
            read
        };
        for (name, script, expected) in [
            ("spins", "while :; do :; done", "too long"),
            ("sleeps", "exec sleep 600", "too long"),
            ("silent", "exec >&-; while :; do :; done", "too long"),
            ("killed", "kill -9 $$", "ended by the system"),
            ("computes", "kill -24 $$", "too long"),
            ("aborts", "kill -6 $$", "too much memory"),
            ("fails", "exit 3", "cannot be read"),
            ("garbage", "echo '{\"Ok\": 7}'", "cannot be read"),
            ("endless", "exec yes", "too much memory"),
        ] {
            let unreadable = read(name, script).await.expect_err(name);
            assert!(unreadable.why.in_language("en").contains(expected), "{name}: {unreadable}");
            assert!(!unreadable.advice.in_language("zh").is_empty(), "{name}");
        }
        let whole = r#"cat >/dev/null; echo '{"Ok":{"blocks":[{"text":"seven days"}]}}'"#;
        let document = read("reads", whole).await.expect("a document");
        assert_eq!(document.blocks, [documents::Block::Text("seven days".into())]);
    }
}
