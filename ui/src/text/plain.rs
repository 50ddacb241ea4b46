//! What machines print, made fit to read.

/// A text without the escapes that colour it in a terminal, and without what a line
/// overwrote of itself.
pub fn without_escapes(text: &str) -> String {
    if !text.contains(['\u{1b}', '\r']) {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => match letters.next() {
                // A control sequence ends with a letter or one of a few signs.
                Some('[') => while letters.next().is_some_and(|part| !('@'..='~').contains(&part)) {},
                // A command to the terminal ends with a bell or an escape and a backslash.
                Some(']') => while letters.next().is_some_and(|part| part != '\u{7}' && part != '\\') {},
                _ => (),
            },
            '\r' if letters.peek() == Some(&'\n') => (),
            '\r' => plain.truncate(plain.rfind('\n').map_or(0, |at| at + 1)),
            other => plain.push(other),
        }
    }
    plain
}

/// The last lines with something in them; `None` when there is none.
pub fn last_lines(text: &str, count: usize) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().rev().filter(|line| !line.trim().is_empty()).take(count).collect();
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// How long something has been going on: "12 s", "2 min 05 s".
pub fn going(since: i64, now: i64) -> String {
    let seconds = (now - since).max(0) / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_titles_of_a_terminal_are_left_out() {
        assert_eq!(without_escapes("\u{1b}[1;32mok\u{1b}[0m.\n\u{1b}]0;title\u{7}b"), "ok.\nb");
        assert_eq!(without_escapes("plain"), "plain");
        assert_eq!(without_escapes("cut \u{1b}["), "cut ");
    }

    #[test]
    fn a_line_that_overwrote_itself_is_its_last_state() {
        assert_eq!(without_escapes("a\n10 %\r20 %\r30 %\r\nb"), "a\n30 %\nb");
    }

    #[test]
    fn the_last_lines_are_those_with_something_in_them() {
        assert_eq!(last_lines("a\nb\n\nc\n\n", 2).as_deref(), Some("b\nc"));
        assert_eq!(last_lines("\n \n", 2), None);
    }

    #[test]
    fn what_goes_on_is_counted_in_whole_seconds() {
        assert_eq!(going(0, 12_900), "12 s");
        assert_eq!(going(0, 125_000), "2 min 05 s");
        assert_eq!(going(0, 3_900_000), "1 h 05 min");
        assert_eq!(going(5, 0), "0 s");
    }
}
