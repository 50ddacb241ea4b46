//! Through a real SSH server on loopback: the way to a gateway, and each way it can end.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use supervise::Scope;
use testkit::or_skip;
use testkit::sshd::Sshd;
use testkit::wait::until;
use tokio::time::timeout;

use super::gateway::{Ear, tools};
use super::net::parrot;
use super::routes::dead;
use super::trust;
use crate::connector::Tools;
use crate::event::NodeState;
use crate::handle::open_with;
use crate::probe::{Outcome, Probe, StepName, probe_route};
use crate::route::{Route, Routes};
use crate::ssh::Program;
use crate::target::{Choice, Target};

fn through(sshd: &Sshd) -> Tools {
    let first = vec!["-F".into(), sshd.config().into_os_string()];
    Tools { ssh: Program { file: "ssh".into(), first }, ..tools() }
}

/// The parrot's port, as the SSH server sees it.
fn behind(target: &Target) -> Route {
    Route::parse(&format!("ssh://home/{}", target.routes.first().address.port())).unwrap()
}

async fn by_ssh() -> Target {
    let target = parrot().await;
    Target { routes: behind(&target).into(), ..target }
}

async fn desk(sshd: &Sshd, target: &Target) -> Probe {
    probe_route(target, target.routes.first(), &through(sshd)).await
}

/// The processes that were started with that configuration.
fn processes(config: &Path) -> usize {
    let config = config.display().to_string();
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.starts_with("ssh") && line.contains(&config)).count()
}

#[tokio::test]
async fn a_gateway_is_reached_through_ssh_and_no_process_is_left_behind() -> Result<()> {
    let sshd = or_skip!(Sshd::start().await);
    let target = Target { choice: Choice::Auto, ..by_ssh().await };
    let root = Scope::root("test");
    let link = open_with(&root, target, Ear::new(), through(&sshd));
    let mut states = link.states();
    let ready = states.wait_for(|state| matches!(state, NodeState::Ready { .. }));
    timeout(Duration::from_secs(60), ready).await??;
    assert_eq!(processes(&sshd.config()), 1, "one process a connection");
    link.close().await;
    let none = || async { (processes(&sshd.config()) == 0).then_some(()) };
    until("ssh is gone", Duration::from_secs(10), none).await
}

#[tokio::test]
async fn a_link_whose_tunnel_is_cut_says_so_and_comes_back() -> Result<()> {
    let mut sshd = or_skip!(Sshd::start().await);
    let root = Scope::root("test");
    let link = open_with(&root, by_ssh().await, Ear::new(), through(&sshd));
    let mut states = link.states();
    states.wait_for(|state| matches!(state, NodeState::Ready { .. })).await?;
    sshd.kill();
    let down = states.wait_for(|state| matches!(state, NodeState::BackingOff { .. })).await?.clone();
    assert!(matches!(&down, NodeState::BackingOff { reason, .. } if reason.contains("SSH")), "{down:?}");
    sshd.resume().await?;
    timeout(Duration::from_secs(60), states.wait_for(|state| matches!(state, NodeState::Ready { .. }))).await??;
    link.close().await;
    Ok(())
}

#[tokio::test]
async fn the_desk_shows_the_tunnel_apart_from_the_gateway() -> Result<()> {
    let sshd = or_skip!(Sshd::start().await);
    let probe = desk(&sshd, &by_ssh().await).await;
    assert!(probe.works(), "{probe:#?}");
    assert!(probe.steps[2].detail.contains("SSH tunnel through home is open"), "{probe:#?}");
    assert!(probe.steps[3].detail.contains("SSH encrypts"), "{probe:#?}");
    Ok(())
}

#[tokio::test]
async fn behind_ssh_the_servers_own_key_vouches_for_a_certificate_nobody_knows() -> Result<()> {
    let sshd = or_skip!(Sshd::start().await);
    let target = trust::gateway(&trust::self_signed(trust::leaf("homelab"))).await;
    let port = target.routes.first().address.port();
    let behind = Route::parse(&format!("ssh://home/wss://127.0.0.1:{port}"))?;
    let probe = desk(&sshd, &Target { routes: behind.into(), ..target }).await;
    assert!(probe.works(), "{probe:#?}");
    Ok(())
}

#[tokio::test]
async fn each_refusal_on_the_way_names_its_step_and_the_command() -> Result<()> {
    let sshd = or_skip!(Sshd::start().await);
    let target = by_ssh().await;
    let nobody = Target {
        routes: Route::parse(&format!("ssh://home/{}", dead().await.address.port()))?.into(),
        ..target.clone()
    };
    fails(&desk(&sshd, &nobody).await, "there is nothing listening behind", "nothing listens at 127.0.0.1");
    sshd.shut_out()?;
    fails(&desk(&sshd, &target).await, "the key is refused", "ssh-copy-id home");
    sshd.another_host()?;
    fails(&desk(&sshd, &target).await, "the host is another", "ssh-keygen -R");
    sshd.forget_host()?;
    fails(&desk(&sshd, &target).await, "the host is unknown", "Run `ssh home` once");
    let nowhere = Target { routes: Route::parse("ssh://no-such-host.invalid/1")?.into(), ..target.clone() };
    fails(&desk(&sshd, &nowhere).await, "no such host", "no computer named no-such-host.invalid");
    let none = Tools { ssh: Program { file: "/nowhere/ssh".into(), first: Vec::new() }, ..tools() };
    fails(&probe_route(&target, target.routes.first(), &none).await, "no ssh", "install the OpenSSH client");
    Ok(())
}

fn fails(probe: &Probe, when: &str, words: &str) {
    let failed = probe.steps.iter().find(|step| step.outcome == Outcome::Failed).unwrap();
    assert_eq!(failed.name, StepName::Connection, "{when}: {failed:?}");
    let said = failed.words().to_lowercase();
    assert!(said.contains(&words.to_lowercase()), "{when}: {said}");
}

#[tokio::test]
async fn an_ssh_route_takes_over_where_the_direct_one_fails() -> Result<()> {
    let sshd = or_skip!(Sshd::start().await);
    let target = parrot().await;
    let routes = Routes::new(dead().await, vec![behind(&target)]);
    let root = Scope::root("test");
    let link = open_with(&root, Target { routes, ..target }, Ear::new(), through(&sshd));
    let mut states = link.states();
    timeout(Duration::from_secs(60), states.wait_for(|state| matches!(state, NodeState::Ready { .. }))).await??;
    link.close().await;
    Ok(())
}
