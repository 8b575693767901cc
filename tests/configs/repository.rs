//! A repository as teams have them, and everything that can be seen of it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub struct Repository {
    pub root: PathBuf,
    pub git: bool,
    _folder: tempfile::TempDir,
}

const ENV: &str = "# ours\r\nSUPABASE_URL=https://abcdefghijklmnopqrst.supabase.co\nSUPABASE_ACCESS_TOKEN=example-token\nATLASSIAN_SITE=example.atlassian.net\nJIRA_PROJECT_KEY=ACME\nX='a#b $c'";

impl Repository {
    pub fn new(git: bool) -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("company");
        fs::create_dir(&root).unwrap();
        let made = Repository {
            root,
            git,
            _folder: folder,
        };
        for (path, text) in [
            (
                "scripts/seed.js",
                "require('dotenv').config({path: __dirname + '/../.env'})\n",
            ),
            ("scripts/run.sh", "#!/bin/sh\necho run\n"),
            ("backend/src/main.py", "print(1)\n"),
            ("backend/.gitignore", "*.pyc\n"),
            ("docs/a \u{e7} b.md", "# A\n"),
            ("supabase/migrations/1_first.sql", "SELECT 1;\n"),
            (
                "package.json",
                "{\n  \"scripts\": {\n    \"seed\": \"node scripts/seed.js\"\n  }\n}\n",
            ),
            ("Makefile", "up:\n\tcd backend && ./run\n"),
            (".github/workflows/ci.yml", "run: ./scripts/run.sh\n"),
            ("README.md", "See scripts/ for more.\n"),
            (
                "mcp.json",
                "{\"mcpServers\": {\"mine\": {\"command\": \"x\"}}}\n",
            ),
            (
                ".gitignore",
                ".env\nmcp.json\n/backend/build/\nnode_modules/",
            ),
            (".env", ENV),
        ] {
            made.write(path, text);
        }
        made.mode("scripts/run.sh", 0o755);
        made.mode(".env", 0o640);
        symlink("seed.js", made.path("scripts/link")).unwrap();
        symlink("../docs", made.path("backend/docs")).unwrap();
        if git {
            made.git(&["init", "-q", "-b", "main"]);
            made.git(&["add", "-A"]);
            made.commit();
        }
        // what git doesn't have
        made.write("backend/build/out.o", "object");
        made.write("backend/notes.txt", "not added");
        made.write("backend/node_modules/m/index.js", "1");
        fs::create_dir(made.path("frontend")).unwrap();
        made
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn commit(&self) {
        self.git(&[
            "-c",
            "user.name=Example",
            "-c",
            "user.email=someone@example.com",
            "commit",
            "-qam",
            "All",
        ]);
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let out = Command::new("git")
            .args(arguments)
            .current_dir(&self.root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("GIT_DIR")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(
            out.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        text
    }

    /// Everything: each path with its kind, mode and content; and what git says of it.
    pub fn whole(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.root, &self.root, &mut found);
        found.sort();
        if self.git {
            found.push(self.git(&["ls-files", "-s"]));
            found.push(self.git(&["status", "--porcelain", "--ignored"]));
        }
        found
    }

    pub fn matriz(&self, arguments: &[&str]) -> Ended {
        self.with(arguments, &[])
    }

    pub fn with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
        let out = Command::new(env!("CARGO_BIN_EXE_matriz"))
            .args(arguments)
            .current_dir(&self.root)
            .env_remove("MATRIZ_ROOT")
            .env_remove("INSTANCE_NAME")
            .env_remove("MATRIZ_CRASH_AT")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Ended {
            code: out.status.code(),
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }

    /// Refused, with nothing changed; answers with what was said.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let before = self.whole();
        let said = self.matriz(arguments);
        assert_eq!(said.code, Some(3), "{said:?}");
        assert_eq!(self.whole(), before);
        said.err
    }
}

#[derive(Debug)]
pub struct Ended {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn ok(self) -> Ended {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(self.out.trim()).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        let shown = path.strip_prefix(root).unwrap().display().to_string();
        if shown == ".git" {
            continue;
        }
        let mode = meta.mode();
        if meta.is_symlink() {
            let says = fs::read_link(&path).unwrap();
            found.push(format!("{shown} -> {}", says.display()));
        } else if meta.is_dir() {
            found.push(format!("{shown}/ {mode:o}"));
            walk(root, &path, found);
        } else {
            found.push(format!("{shown} {mode:o} {:?}", fs::read(&path).unwrap()));
        }
    }
}
