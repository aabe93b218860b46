//! Server-sent events out of bytes as they come: only their data, bounded.

/// The data of events that have come in whole.
#[derive(Debug, Default)]
pub(super) struct Events {
    rest: Vec<u8>,
}

impl Events {
    /// Takes in bytes and gives the data lines that are complete now.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(bytes);
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
        let whole: Vec<u8> = self.rest.drain(..=end).collect();
        let text = String::from_utf8_lossy(&whole);
        text.lines().filter_map(data).collect()
    }

    /// Bytes that wait for the end of their line.
    pub(super) fn waiting(&self) -> usize {
        self.rest.len()
    }

    /// What is left when nothing more comes: the last line need not end.
    pub(super) fn end(self) -> Option<String> {
        data(&String::from_utf8_lossy(&self.rest))
    }
}

fn data(line: &str) -> Option<String> {
    let data = line.trim_end_matches('\r').strip_prefix("data:")?.trim();
    (!data.is_empty()).then(|| data.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_may_be_cut_anywhere() {
        let bytes = "event: x\r\ndata: {\"a\":\"天\"}\r\n\r\n: note\ndata:[DONE]\n\ndata: last".as_bytes();
        for size in 1..bytes.len() {
            let mut events = Events::default();
            let mut found: Vec<String> = bytes.chunks(size).flat_map(|chunk| events.take(chunk)).collect();
            assert_eq!(events.waiting(), 10);
            found.extend(events.end());

            assert_eq!(found, ["{\"a\":\"天\"}", "[DONE]", "last"], "{size}");
        }
    }
}
