//! The loop: wait, take everything that came, change the state, draw once.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use ratatui::crossterm::event::{Event, EventStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;

use crate::error::{Context, Kind, Result};

use super::backend::{Backend, Changed};
use super::effect::{Effect, Runner};
use super::event;
use super::msg::Msg;
use super::state::State;
use super::terminal::{self, Screen};
use super::theme::Theme;
use super::update;
use super::zone;

/// What the caller decides.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// No colours; `NO_COLOR` in the environment says the same.
    pub no_color: bool,
}

/// The shortest time between two frames that no key asked for.
const FRAME: Duration = Duration::from_millis(16);
/// How long the first frame may wait for the registry's answers.
const FIRST: Duration = Duration::from_millis(20);

/// Opens the screen and stays until the person leaves. To be awaited on the main thread (inside
/// `block_on`), because a panic gives the terminal back from there.
pub async fn run(backend: impl Backend, options: Options) -> Result<()> {
    let color = !options.no_color && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let (answers, inbox) = unbounded_channel();
    let backend = Arc::new(backend);
    let runner = Runner::new(Arc::clone(&backend), answers);
    let screen = Screen::open()?;
    let size = screen.size();
    let mut state = State::new(backend.workspace(), Theme { color }, size, Timestamp::now());
    state.zone = zone::local();
    state.locked = backend.locked();
    let mut app = App {
        state,
        runner,
        screen,
        inbox,
        changes: backend.changes().fuse().boxed(),
        keys: Some(EventStream::new()),
        drawn: None,
        dirty: true,
        urgent: true,
        quit: false,
    };
    let result = app.run().await;
    app.runner.finish().await;
    result
}

struct App<B> {
    state: State,
    runner: Runner<B>,
    screen: Screen,
    inbox: UnboundedReceiver<Msg>,
    changes: BoxStream<'static, Changed>,
    /// `None` while another program reads the keys.
    keys: Option<EventStream>,
    /// When the last frame was drawn.
    drawn: Option<Instant>,
    /// The screen isn't what the state is.
    dirty: bool,
    /// A key was pressed: the next frame doesn't wait.
    urgent: bool,
    quit: bool,
}

/// What the loop woke up for.
enum Woken {
    Message(Msg),
    Stop,
    Suspend,
    /// Time to draw, or to look again.
    Due,
    Nothing,
}

impl<B: Backend> App<B> {
    async fn run(&mut self) -> Result<()> {
        let on =
            |kind| signal(kind).context(Kind::Io, || "The program can't listen to signals".into());
        let mut terminate = on(SignalKind::terminate())?;
        // not from the keyboard, which is raw: from whoever sends them
        let mut interrupt = on(SignalKind::interrupt())?;
        let mut quit = on(SignalKind::quit())?;
        let mut hangup = on(SignalKind::hangup())?;
        let mut stop = on(SignalKind::from_raw(nix::libc::SIGTSTP))?;
        let mut resumed = on(SignalKind::from_raw(nix::libc::SIGCONT))?;
        let effects = update::start(&mut self.state);
        self.perform(effects)?;
        self.first_answers().await?;
        while !self.quit {
            self.draw_if_due()?;
            let due = self.due();
            let woken = tokio::select! {
                biased;
                _ = terminate.recv() => Woken::Stop,
                _ = hangup.recv() => Woken::Stop,
                _ = interrupt.recv() => Woken::Stop,
                _ = quit.recv() => Woken::Stop,
                _ = stop.recv() => Woken::Suspend,
                _ = resumed.recv() => {
                    // whoever had the terminal meanwhile may have written into it
                    self.screen.forget();
                    Woken::Message(Msg::Focus(true))
                }
                event = next_key(&mut self.keys) => match event {
                    Some(Ok(event)) => event::message(event).map_or(Woken::Nothing, Woken::Message),
                    // the terminal is gone
                    Some(Err(_)) | None => Woken::Stop,
                },
                Some(msg) = self.inbox.recv() => Woken::Message(msg),
                changed = self.changes.next(), if self.state.live => {
                    Woken::Message(changed.map_or(Msg::ChangesEnded, Msg::Changed))
                }
                () = sleep_until(due) => Woken::Due,
            };
            match woken {
                Woken::Message(msg) => self.take(msg)?,
                Woken::Stop => return Ok(()),
                Woken::Suspend => self.suspend()?,
                Woken::Due if self.dirty => {}
                Woken::Due => self.take(Msg::Tick)?,
                Woken::Nothing => {}
            }
            self.take_waiting()?;
        }
        Ok(())
    }

    /// Waits a moment for what the registry knows, so that the first frame isn't an empty one.
    async fn first_answers(&mut self) -> Result<()> {
        let until = Instant::now() + FIRST;
        while !(self.state.instances.loaded && self.state.jobs.loaded) {
            match tokio::time::timeout_at(until, self.inbox.recv()).await {
                Ok(Some(msg)) => self.take(msg)?,
                Ok(None) | Err(_) => break,
            }
        }
        Ok(())
    }

    fn take(&mut self, msg: Msg) -> Result<()> {
        self.urgent |= matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Resize(..));
        self.state.now = Timestamp::now();
        let effects = update::update(&mut self.state, msg);
        self.dirty = true;
        self.perform(effects)
    }

    /// Everything that is there already is taken before the next frame.
    fn take_waiting(&mut self) -> Result<()> {
        while let Ok(msg) = self.inbox.try_recv() {
            self.take(msg)?;
        }
        Ok(())
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Result<()> {
        for effect in effects {
            match self.runner.run(effect) {
                None => {}
                Some(Effect::Quit) => self.quit = true,
                Some(Effect::Suspend) => self.suspend()?,
                Some(Effect::Repaint) => self.screen.forget(),
                Some(Effect::Copy(text)) => self.screen.copy(text.reveal())?,
                Some(Effect::Edit { instance, path }) => {
                    let result = self.aside(|screen| screen.edit(&path))?;
                    self.take(Msg::Edited(instance, result))?;
                }
                Some(Effect::Shell(name)) => {
                    let result = match self.runner.shell(&name) {
                        Ok(words) => self.aside(|screen| screen.shell(&words))?,
                        Err(error) => Err(error),
                    };
                    self.take(Msg::ShellLeft(name, result))?;
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The stream of keys stays: its reader stands still with the rest of the program. To end it would
    /// mean to wait for it, and on a busy machine it may be about to read what the shell has taken.
    fn suspend(&mut self) -> Result<()> {
        self.screen.suspend()?;
        self.came_back();
        Ok(())
    }

    /// Does something with the terminal while nobody reads its keys, and draws afresh after it.
    fn aside<T>(&mut self, act: impl FnOnce(&mut Screen) -> Result<T>) -> Result<T> {
        // the stream's reader would take the other program's keys; a second stream can't be made
        // while the first one waits
        if self.keys.take().is_some() {
            terminal::end_reading();
        }
        let result = act(&mut self.screen);
        self.keys = Some(EventStream::new());
        self.came_back();
        result
    }

    /// The terminal is this program's again: it may have another size, and everything is drawn.
    fn came_back(&mut self) {
        self.state.size = self.screen.size();
        self.state.now = Timestamp::now();
        self.dirty = true;
        self.urgent = true;
    }

    fn draw_if_due(&mut self) -> Result<()> {
        let early = self.drawn.is_some_and(|at| at.elapsed() < FRAME);
        if !self.dirty || (early && !self.urgent) {
            return Ok(());
        }
        self.state.now = Timestamp::now();
        self.screen.draw(&self.state)?;
        self.drawn = Some(Instant::now());
        self.dirty = false;
        self.urgent = false;
        Ok(())
    }

    /// When to wake up if nothing happens: for the frame that was held back, or for what the
    /// state waits for.
    fn due(&self) -> Option<Instant> {
        let drawn = self.drawn?;
        if self.dirty {
            return Some(drawn + FRAME);
        }
        self.state.rest().map(|rest| drawn + rest)
    }
}

async fn next_key(keys: &mut Option<EventStream>) -> Option<std::io::Result<Event>> {
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
