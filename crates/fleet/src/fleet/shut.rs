//! What a window is told when the fleet did not start: the sentences why, and nothing else works.

use contract::calls::{Call, Hi, Resync, Watch};
use contract::settings::{Hello, Settings};
use contract::{Code, Fault, Request};
use serde_json::Value;

/// Answers a request in the stead of a fleet that did not start.
///
/// # Errors
/// Every call but the window's first ones: with the first sentence.
pub fn shut(sentences: &[String], request: &Request) -> Result<Value, Fault> {
    let unreadable = |error: serde_json::Error| Fault::new(Code::Other, error.to_string());
    match request.call.as_str() {
        Hi::NAME => {
            let hello = Hello {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                settings: Settings::default(),
                layout: None,
                keyring_fault: None,
                start_faults: sentences.to_vec(),
            };
            serde_json::to_value(hello).map_err(unreadable)
        }
        Watch::NAME | Resync::NAME => Ok(Value::Null),
        _ => Err(Fault::new(Code::Other, sentences.first().map_or("Pilothouse did not start.", String::as_str))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(call: &str) -> Request {
        Request { window: "main".to_owned(), call: call.to_owned(), args: json!({}) }
    }

    #[test]
    fn a_window_without_a_fleet_is_told_why_and_can_still_say_hello() {
        let why = vec!["The disk is full.".to_owned()];
        let hello: Hello = serde_json::from_value(shut(&why, &asked("hello")).unwrap()).unwrap();
        assert_eq!(hello.start_faults, why);
        assert_eq!(shut(&why, &asked("watch")), Ok(Value::Null));
        assert_eq!(shut(&why, &asked("node_add")).unwrap_err().message, "The disk is full.");
    }
}
