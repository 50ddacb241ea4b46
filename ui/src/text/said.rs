//! Sentences the core tells, taken apart for showing.

/// A stretch of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Words(String),
    /// What stood in backticks.
    Machine(String),
}

/// Splits at backticks. An odd one is only a backtick.
pub fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`')
        && let Some((code, after)) = after.split_once('`')
    {
        parts.extend([Part::Words(before.to_owned()), Part::Machine(code.to_owned())]);
        rest = after;
    }
    parts.push(Part::Words(rest.to_owned()));
    parts.retain(|part| !matches!(part, Part::Words(words) | Part::Machine(words) if words.is_empty()));
    parts
}

/// A reason that ends in the command to run: the words before it, and the command.
pub fn command(reason: &str) -> Option<(String, String)> {
    if let Some((before, rest)) = reason.split_once('`') {
        let (code, _) = rest.split_once('`')?;
        return Some((before.trim().to_owned(), code.to_owned()));
    }
    let (before, code) = reason.trim().rsplit_once(": ")?;
    let runs = code.split_once(' ').is_some_and(|(program, _)| {
        !program.is_empty()
            && program.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_./".contains(c))
    });
    runs.then(|| (format!("{before}:"), code.trim_end_matches('.').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_mark_what_a_machine_said() {
        assert_eq!(
            parts("run `ls -l` now"),
            [Part::Words("run ".into()), Part::Machine("ls -l".into()), Part::Words(" now".into())]
        );
        assert_eq!(parts("a ` b"), [Part::Words("a ` b".into())]);
        assert_eq!(parts(""), []);
    }

    #[test]
    fn the_command_at_the_end_of_a_reason_is_found() {
        assert_eq!(
            command("The owner has to let this device in. Run: openclaw devices approve r-1"),
            Some(("The owner has to let this device in. Run:".into(), "openclaw devices approve r-1".into()))
        );
        assert_eq!(command("Run `moltis pair 7` there."), Some(("Run".into(), "moltis pair 7".into())));
        assert_eq!(command("The server said: No way in"), None);
    }
}
