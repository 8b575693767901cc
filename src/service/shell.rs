//! A shell that is locked to an instance: its environment, and the files that it reads at its start.
//!
//! The person's own files are read first. Then the hook loads the instance again, so that nothing that
//! those files set stands in its place, and the prompt gets the instance's name, glyph and colour. The
//! files lie in a private folder of their own, and the shell removes them when it has read them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::follow::load;
use super::here::{self, Here};
use crate::domain::name::InstanceName;
use crate::domain::terminal::{INSTANCE, LOCK, Lock, Look, Shell, TERMINAL, quote};
use crate::error::{Context, Error, Kind, Result};
use crate::workspace::file;

const FOLDER: &str = "shells";

/// A shell to start in place of this process.
pub struct LockedShell {
    pub program: OsString,
    pub arguments: Vec<OsString>,
    /// All of its environment.
    pub variables: Vec<(OsString, OsString)>,
}

/// The code that makes a shell's terminal follow `matriz use`. It calls the program that `program`
/// names.
///
/// # Errors
/// `Usage` for a shell that runs nothing before its prompt.
pub fn hook(shell: Shell, program: &Path) -> Result<String> {
    let text = match shell {
        Shell::Bash => include_str!("../../assets/hook/bash.sh"),
        Shell::Zsh => include_str!("../../assets/hook/zsh.zsh"),
        Shell::Fish => include_str!("../../assets/hook/fish.fish"),
        Shell::Nu => include_str!("../../assets/hook/nu.nu"),
        Shell::Sh => {
            return Err(Error::usage("There is no hook for this shell: it runs nothing before a prompt.")
                .hint("There is one for bash, zsh, fish and nu. Without one: matriz shell NAME, or matriz run -i NAME -- COMMAND."));
        }
    };
    Ok(text.replace("@PROGRAM@", &quote(shell, &program.to_string_lossy())))
}

impl Here {
    /// Whether [`Here::locked_shell`] would be refused.
    pub fn check_shell(&self, name: &InstanceName) -> Result<()> {
        self.allow_switching()?;
        load(self, name).map(|_| ())
    }

    /// Prepares a locked shell in an instance. The files that it reads are written here, for the
    /// process that becomes the shell.
    pub fn locked_shell(&self, name: &InstanceName, program: &Path) -> Result<LockedShell> {
        self.allow_switching()?;
        let (change, _) = load(self, name)?;
        let path = shell_program();
        let shell = Shell::of_program(&path.to_string_lossy());
        let folder = self.shell_folder()?;
        let protected = self.workspace.instance(name)?.manifest()?.protected;
        let look = Look::of(name.as_str(), protected);
        for (file, text) in files(shell) {
            let text = fill(text, shell, name, look, program, &folder)?;
            let path = folder.join(file);
            fs::write(&path, text)
                .context(Kind::Io, || format!("Can't write {}", path.display()))?;
        }
        let mut arguments: Vec<OsString> = Vec::new();
        let mut extra: Vec<(&str, OsString)> = Vec::new();
        let own = |name: &str| std::env::var_os(name);
        match shell {
            Shell::Bash => {
                arguments.push("--rcfile".into());
                arguments.push(folder.join("bashrc").into());
                arguments.push("-i".into());
            }
            Shell::Zsh => {
                if let Some(theirs) = own("ZDOTDIR") {
                    extra.push(("MATRIZ_ZDOTDIR", theirs));
                }
                extra.push(("ZDOTDIR", folder.clone().into()));
                arguments.push("-i".into());
            }
            Shell::Fish => {
                let file = quote(shell, &folder.join("config.fish").to_string_lossy());
                arguments.extend(["-i".into(), "-C".into(), format!("source {file}").into()]);
            }
            Shell::Nu => {
                let file = quote(shell, &folder.join("config.nu").to_string_lossy());
                arguments.extend(["-e".into(), format!("source {file}").into()]);
            }
            Shell::Sh => {
                if let Some(theirs) = own("ENV") {
                    extra.push(("MATRIZ_ENV", theirs));
                }
                extra.push(("ENV", folder.join("shrc").into()));
                arguments.push("-i".into());
            }
        }
        let lock = Lock {
            name: name.clone(),
            root: self.root().to_owned(),
        };
        let (loaded, keys) = here::loaded_text(name, &change.put);
        let mut variables: Vec<(OsString, OsString)> = std::env::vars_os()
            .filter(|(key, _)| {
                let gone = |key: &str| change.drop.iter().any(|k| k == key) || key == TERMINAL;
                !key.to_str().is_some_and(gone)
            })
            .collect();
        let mut put = |key: &str, value: OsString| {
            variables.retain(|(k, _)| k != key);
            variables.push((key.into(), value));
        };
        for (key, value) in &change.put {
            put(key, value.into());
        }
        put(INSTANCE, name.as_str().into());
        put("MATRIZ_ROOT", self.root().into());
        put(LOCK, lock.text().into());
        put(&loaded, keys.into());
        for (key, value) in extra {
            put(key, value);
        }
        self.workspace.note_activity(name);
        Ok(LockedShell {
            program: path,
            arguments,
            variables,
        })
    }

    /// A new folder for this process's files. Those of processes that are gone (a shell that died
    /// before it had read them) are removed.
    fn shell_folder(&self) -> Result<PathBuf> {
        let all = self.workspace.state_dir()?.join(FOLDER);
        file::private_folder(&all)?;
        for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
            let pid = entry.file_name().to_string_lossy().parse::<i32>();
            if pid.is_ok_and(|pid| kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH)) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let own = all.join(std::process::id().to_string());
        // this process has no other: what is there is from one that had the same number
        let _ = fs::remove_dir_all(&own);
        file::private_folder(&own)?;
        Ok(own)
    }
}

/// The person's shell: `$SHELL`, else what their account says.
fn shell_program() -> OsString {
    let named = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
    named.unwrap_or_else(|| {
        let user = nix::unistd::User::from_uid(nix::unistd::Uid::current());
        let shell = user.ok().flatten().map(|user| user.shell.into_os_string());
        let shell = shell.filter(|shell| !shell.is_empty());
        shell.unwrap_or_else(|| "/bin/sh".into())
    })
}

/// What a shell reads, by the names that it looks for.
fn files(shell: Shell) -> &'static [(&'static str, &'static str)] {
    match shell {
        Shell::Bash => &[("bashrc", include_str!("../../assets/shell/bash.sh"))],
        Shell::Zsh => &[
            (".zshenv", include_str!("../../assets/shell/zshenv.zsh")),
            (".zshrc", include_str!("../../assets/shell/zshrc.zsh")),
        ],
        Shell::Fish => &[("config.fish", include_str!("../../assets/shell/fish.fish"))],
        Shell::Nu => &[("config.nu", include_str!("../../assets/shell/nu.nu"))],
        Shell::Sh => &[("shrc", include_str!("../../assets/shell/sh.sh"))],
    }
}

fn fill(
    text: &str,
    shell: Shell,
    name: &InstanceName,
    look: Look,
    program: &Path,
    folder: &Path,
) -> Result<String> {
    let plain = format!("{} {name} ", look.glyph);
    let escape = format!("\x1b[1;38;5;{}m", look.color);
    // the shell has to know what takes no room
    let colored = match shell {
        Shell::Bash => format!("\\[{escape}\\]{} {name}\\[\x1b[0m\\] ", look.glyph),
        Shell::Zsh => format!("%B%F{{{}}}{} {name}%f%b ", look.color, look.glyph),
        Shell::Fish | Shell::Nu | Shell::Sh => format!("{escape}{} {name}\x1b[0m ", look.glyph),
    };
    let hook = match shell {
        Shell::Sh => String::new(),
        _ => hook(shell, program)?,
    };
    Ok(text
        .replace("@HOOK@", &hook)
        .replace("@PLAIN@", &quote(shell, &plain))
        .replace("@COLORED@", &quote(shell, &colored))
        .replace("@PROGRAM@", &quote(shell, &program.to_string_lossy()))
        .replace("@FOLDER@", &quote(shell, &folder.to_string_lossy())))
}
