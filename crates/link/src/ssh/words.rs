//! What `ssh` said before it ended, as a sentence and as what follows. Pure.

use crate::event::NodeState;
use crate::failure::Failure;
use crate::route::SshHost;
use crate::stranger;

/// `None` where it said nothing: then the connection ended in the usual way.
pub(super) fn explain(said: &str, via: &SshHost, far: &str) -> Option<Failure> {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.iter().rev().find(|line| !is_chatter(line))?;
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    Some(
        identity(has, via)
            .or_else(|| entry(has, via))
            .or_else(|| beyond(has, via, far))
            .or_else(|| way(has, via))
            .or_else(|| settings(&lines, has))
            .unwrap_or_else(|| Failure::Away(format!("the SSH connection to {via} ended: {}", plain(last)))),
    )
}

/// Who the server is.
fn identity(has: impl Fn(&[&str]) -> bool, via: &SshHost) -> Option<Failure> {
    if has(&["REMOTE HOST IDENTIFICATION HAS CHANGED", "differs from the key for the IP address"]) {
        return Some(stopped(format!(
            "the SSH key of {via} is not the one in your known hosts. Either that computer was set up anew, or somebody \
             is in between. Ask its owner; if the new key is right, run `ssh-keygen -R {}` and connect once with \
             `ssh {}`",
            known_as(via),
            by_hand(via)
        )));
    }
    if has(&["Host key verification failed", "host key is known for"]) {
        return Some(stopped(format!(
            "this computer does not know the SSH key of {via} yet. Run `ssh {}` once in a terminal, compare the key it \
             shows with what the owner says, and accept it",
            by_hand(via)
        )));
    }
    None
}

/// Whether it lets us in.
fn entry(has: impl Fn(&[&str]) -> bool, via: &SshHost) -> Option<Failure> {
    if has(&["Permission denied"]) {
        return Some(stopped(format!(
            "the SSH server {via} does not let you in, and no password can be asked for here. Load your key with \
             `ssh-add`, or put it there with `ssh-copy-id {}`; `ssh {}` has to work without a question",
            by_hand(via),
            by_hand(via)
        )));
    }
    if has(&["Too many authentication failures"]) {
        return Some(stopped(format!(
            "your SSH agent offered {via} too many keys. Name the right one in ~/.ssh/config (IdentityFile, \
             IdentitiesOnly yes)"
        )));
    }
    None
}

/// What the server found behind it.
fn beyond(has: impl Fn(&[&str]) -> bool, via: &SshHost, far: &str) -> Option<Failure> {
    if has(&["administratively prohibited"]) {
        return Some(stopped(format!(
            "the SSH server {via} lets you in but forbids connections through it. Its owner has to set \
             `AllowTcpForwarding yes` (or `PermitOpen {far}`) in sshd_config"
        )));
    }
    if !has(&["open failed", "stdio forwarding failed"]) {
        return None;
    }
    Some(Failure::Away(if has(&["Connection refused"]) {
        format!(
            "the SSH tunnel through {via} works, but nothing listens at {far} there; is the gateway running, and is \
             the port right?"
        )
    } else if has(&["Name or service not known", "not known", "resolve"]) {
        format!("the SSH tunnel through {via} works, but the computer {far} is not known there")
    } else {
        format!("the SSH tunnel through {via} works, but there is no way from there to {far}")
    }))
}

/// The way to the server.
fn way(has: impl Fn(&[&str]) -> bool, via: &SshHost) -> Option<Failure> {
    let why = if has(&["Could not resolve hostname"]) {
        format!("no computer named {} is known for SSH; check the spelling and the network", via.host())
    } else if has(&["Connection refused"]) {
        format!("no SSH server listens at {via}; is it running, and is its port right?")
    } else if has(&["timed out", "Connection timeout"]) {
        format!("the SSH server {via} does not answer; is the computer on, and does a firewall let you through?")
    } else if has(&["No route to host", "Network is unreachable"]) {
        format!("there is no way to the SSH server {via}; is the network up?")
    } else if has(&["not responding", "Broken pipe", "closed by remote host", "Connection reset"]) {
        format!("the SSH connection to {via} was cut")
    } else {
        return None;
    };
    Some(Failure::Away(why))
}

/// The person's own configuration.
fn settings(lines: &[&str], has: impl Fn(&[&str]) -> bool) -> Option<Failure> {
    has(&["Bad configuration option", "Bad owner or permissions", "terminating,"]).then(|| {
        let line = lines.iter().find(|line| line.contains("Bad ")).copied().unwrap_or_default();
        stopped(format!("`ssh` does not take your SSH configuration: {}", plain(line)))
    })
}

fn stopped(reason: String) -> Failure {
    Failure::Stopped(NodeState::Failed { reason })
}

/// The arguments a person gives `ssh` for that server.
fn by_hand(via: &SshHost) -> String {
    match via.port() {
        Some(port) => format!("-p {port} {}", via.destination()),
        None => via.destination(),
    }
}

/// The server as the file of known hosts has it.
fn known_as(via: &SshHost) -> String {
    match via.port() {
        Some(port) if port != 22 => format!("'[{}]:{port}'", via.host()),
        _ => via.host().to_owned(),
    }
}

/// Lines that come with success, too.
fn is_chatter(line: &str) -> bool {
    ["Warning: Permanently added", "**", "debug1:"].iter().any(|start| line.starts_with(start))
}

fn plain(line: &str) -> String {
    stranger::plain(line, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(said: &str) -> Failure {
        explain(said, &SshHost::parse("me@homelab:2222").unwrap(), "127.0.0.1:18789").unwrap()
    }

    #[test]
    fn a_quiet_end_and_mere_chatter_are_no_failure() {
        let via = SshHost::parse("homelab").unwrap();
        assert_eq!(explain("", &via, "x"), None);
        assert_eq!(explain("Warning: Permanently added 'homelab' to the list of known hosts.\r\n", &via, "x"), None);
    }

    #[test]
    fn what_waits_for_a_person_stops_and_names_the_command() {
        let cases = [
            ("No ED25519 host key is known for homelab\r\nHost key verification failed.\r\n", "ssh -p 2222 me@homelab"),
            ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\nHost key verification failed.", "ssh-keygen -R"),
            ("me@homelab: Permission denied (publickey,password).\r\n", "ssh-copy-id -p 2222 me@homelab"),
            ("channel 0: open failed: administratively prohibited: open failed\r\n", "AllowTcpForwarding"),
            ("/home/me/.ssh/config: line 3: Bad configuration option: portt", "line 3"),
        ];
        for (said, command) in cases {
            let failure = of(said);
            assert!(matches!(&failure, Failure::Stopped(NodeState::Failed { .. })), "{failure:?}");
            assert!(failure.reason().contains(command), "{failure:?}");
        }
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        let cases = [
            ("ssh: Could not resolve hostname homelab: Name or service not known\r\n", "no computer named homelab"),
            ("ssh: connect to host homelab port 2222: Connection refused\r\n", "no SSH server listens"),
            ("ssh: connect to host homelab port 2222: Connection timed out\r\n", "does not answer"),
            ("ssh: connect to host homelab port 2222: No route to host\r\n", "no way to the SSH server"),
            (
                "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\n",
                "nothing listens at 127.0.0.1:18789 there",
            ),
            ("client_loop: send disconnect: Broken pipe\r\n", "was cut"),
            ("kex_exchange_identification: read: odd things\r\n", "odd things"),
        ];
        for (said, words) in cases {
            assert!(matches!(of(said), Failure::Away(why) if why.contains(words)), "{said}: {:?}", of(said));
        }
    }
}
