//! JSON as people write it by hand: with comments, commas at the end, and names without quotes. Made strict; whether it
//! is JSON then, the parser says. Pure.

/// The same in strict JSON.
pub fn strict(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => quoted(rest, first, &mut out),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '}' | ']' => closing(first, &mut out),
            'a'..='z' | 'A'..='Z' | '_' | '$' => word(rest, &mut out),
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// A text, in double quotes after this.
fn quoted(rest: &str, quote: char, out: &mut String) -> usize {
    out.push('"');
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => {
                // What only single quotes need escaped is plain now.
                if letter == '\'' {
                    out.pop();
                }
                out.push(letter);
                escaped = false;
            }
            '\\' => {
                out.push(letter);
                escaped = true;
            }
            _ if letter == quote => {
                out.push('"');
                return at + 1;
            }
            '"' => out.push_str("\\\""),
            _ => out.push(letter),
        }
    }
    rest.len()
}

/// A bracket, without the comma before it.
fn closing(bracket: char, out: &mut String) -> usize {
    let end = out.trim_end().len();
    if out.get(..end).is_some_and(|before| before.ends_with(',')) {
        out.truncate(end - 1);
    }
    out.push(bracket);
    1
}

/// A name gets its quotes; `true`, `false` and `null` are themselves, and numbers do not begin with a letter but for
/// their exponent, which follows a digit.
fn word(rest: &str, out: &mut String) -> usize {
    let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
    let word = rest.get(..length).unwrap_or_default();
    let is_name = rest.get(length..).is_some_and(|after| after.trim_start().starts_with(':'));
    if is_name {
        out.extend(["\"", word, "\""]);
    } else {
        out.push_str(word);
    }
    length
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(&strict(text)).unwrap()
    }

    #[test]
    fn strict_json_stays_as_it_is() {
        let text = r#"{"a": [1, -2.5e3, true, null], "b//c": "x \" , } // y", "ä": "\\"}"#;
        assert_eq!(read(text), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn what_people_write_by_hand_is_understood() {
        let text = "{ // where\n gateway: { port: 18789, /* not\n yet */ mode: 'it\\'s \"here\"', list: [1, 2,], }, }";
        assert_eq!(read(text), json!({"gateway": {"port": 18789, "mode": "it's \"here\"", "list": [1, 2]}}));
    }

    #[test]
    fn what_is_cut_off_does_not_hang() {
        for text in ["{\"a", "/* no end", "// x", "{a", "'", "\"\\"] {
            assert!(serde_json::from_str::<Value>(&strict(text)).is_err(), "{text}");
        }
    }
}
