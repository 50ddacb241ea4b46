//! One small HTTP question, for finding out who answers. Not a client: no redirects, no keep-alive, bounded answers.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::address::Address;
use crate::clock::unix_ms;
use crate::failure::Failure;
use crate::{stranger, tls};

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(5);
/// How much of an answer is read.
const MOST: usize = 64 * 1024;

/// What a server answered.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub status: u16,
    /// The Location header.
    pub location: Option<String>,
    /// How far the server's clock is ahead of this computer's by its Date header, seconds.
    pub ahead: Option<i64>,
    /// As text, at most 64 KiB; transfer encoding is left in.
    pub body: String,
}

/// Asks for a path on a fresh stream, and reads what comes. `patience` is what the first byte may take besides.
pub(crate) async fn get<S>(mut stream: S, address: &Address, path: &str, patience: Duration) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let authority = &address.authority();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nAccept: application/json, text/html\r\n\
         User-Agent: pilothouse/{}\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    let talk = async {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        read(&mut stream).await
    };
    let bytes = match timeout(LIMIT + patience, talk).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) => return Err(tls::broken(&error, address)),
        Err(_) => {
            return Err(Failure::Away(format!(
                "the server at {authority} took the connection but said nothing within {} s",
                (LIMIT + patience).as_secs()
            )));
        }
    };
    parse(&bytes).ok_or_else(|| no_http(authority, &bytes))
}

/// Reads up to the end, the bound, or the length that the answer announces.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4096);
    loop {
        let read = stream.take((MOST - bytes.len()) as u64).read_buf(&mut bytes).await;
        match read {
            // A server that ends TLS without saying goodbye has answered all the same.
            Err(_) if !bytes.is_empty() => return Ok(bytes),
            Err(error) => return Err(error),
            Ok(0) => return Ok(bytes),
            Ok(_) if complete(&bytes) => return Ok(bytes),
            Ok(_) => {}
        }
    }
}

/// Whether all that Content-Length promises is there.
fn complete(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = header(head, "content-length").and_then(|length| length.parse::<usize>().ok());
    let body = bytes.len() - bytes.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
    length.is_some_and(|length| body >= length)
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let location = header(head, "location").map(str::to_owned);
    let ahead = header(head, "date").and_then(ahead);
    Some(Answer { status, location, ahead, body: body.to_owned() })
}

fn ahead(date: &str) -> Option<i64> {
    let theirs = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(theirs.as_second() - unix_ms().div_euclid(1000))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .find_map(|(key, value)| key.trim().eq_ignore_ascii_case(name).then(|| value.trim()))
}

/// Whatever answered, it was not HTTP.
pub(crate) fn no_http(authority: &str, bytes: &[u8]) -> Failure {
    match bytes {
        [] => Failure::Away(format!("the server at {authority} closed the connection without a word")),
        // A TLS record: an alert, or a handshake.
        [0x15 | 0x16, 0x03, ..] => {
            Failure::Wrong(format!("the server at {authority} wants TLS; write the address as wss://{authority}"))
        }
        _ => {
            Failure::Wrong(format!("what answers at {authority} is no gateway: it does not speak HTTP. Check the port"))
        }
    }
}

impl Answer {
    /// The first JSON object in the body.
    pub fn json(&self) -> Option<serde_json::Value> {
        let from = self.body.find('{')?;
        let to = self.body.rfind('}')?;
        serde_json::from_str(self.body.get(from..=to)?).ok()
    }

    /// The title of a page.
    pub fn title(&self) -> Option<String> {
        title(&self.body)
    }
}

/// The title of an HTML page, shortened.
pub(crate) fn title(page: &str) -> Option<String> {
    // Bytes keep their places: only ASCII changes.
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let from = open + lower.get(open..)?.find('>')? + 1;
    let to = from + lower.get(from..)?.find("</title")?;
    let words: Vec<_> = page.get(from..to)?.split_whitespace().collect();
    let title = stranger::plain(&words.join(" "), 80);
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer =
            parse(b"HTTP/1.1 301 Moved\r\nLOCATION: https://x:1/\r\n\r\n<TITLE lang=en> a\n b </title>").unwrap();
        assert_eq!(answer.status, 301);
        assert_eq!(answer.location.as_deref(), Some("https://x:1/"));
        assert_eq!(answer.title().as_deref(), Some("a b"));
    }

    #[test]
    fn the_clock_of_the_server_is_compared_with_ours() {
        let answer = parse(b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:01:00 GMT\r\n\r\n").unwrap();
        let since_then = answer.ahead.unwrap() + unix_ms() / 1000;
        assert!((since_then - 60).abs() <= 1, "{answer:?}");
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n").unwrap().ahead, None);
    }

    #[test]
    fn json_is_found_between_chunk_marks() {
        let answer = Answer { body: "1b\r\n{\"ok\":true}\r\n0\r\n\r\n".to_owned(), ..Answer::default() };
        assert_eq!(answer.json().unwrap()["ok"], true);
    }

    #[test]
    fn what_is_not_http_is_told_apart() {
        assert_eq!(parse(b"SSH-2.0-OpenSSH_9\r\n\r\n"), None);
        assert!(matches!(no_http("x:1", b"SSH-2.0"), Failure::Wrong(why) if why.contains("does not speak HTTP")));
        assert!(matches!(no_http("x:1", b"\x15\x03\x03"), Failure::Wrong(why) if why.contains("wss://x:1")));
        assert!(matches!(no_http("x:1", b""), Failure::Away(_)));
    }

    #[tokio::test]
    async fn an_answer_that_keeps_the_connection_open_is_complete_by_its_length() {
        let address = Address::parse("x:1").unwrap();
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let (answer, written) = tokio::join!(
            get(ours, &address, "/health", Duration::ZERO),
            theirs.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        );
        written.unwrap();
        assert_eq!(answer.unwrap().body, "{}");
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut() {
        let address = Address::parse("x:1").unwrap();
        let (ours, mut theirs) = tokio::io::duplex(64 * 1024);
        let flood = async {
            theirs.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                theirs.write_all(&[b'x'; 8192]).await?;
            }
            #[allow(unreachable_code)]
            Ok::<(), std::io::Error>(())
        };
        let answer = tokio::select! {
            answer = get(ours, &address, "/", Duration::ZERO) => answer.unwrap(),
            ended = flood => panic!("{ended:?}"),
        };
        assert!(answer.body.len() <= MOST);
    }
}
