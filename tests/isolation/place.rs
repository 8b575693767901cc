//! A workspace in a git repository, with as many instances as a test wants.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use matriz::domain::env_file::EnvFile;
use matriz::domain::isolation::Finding;
use matriz::registry::Registry;
use matriz::registry::instances::InstanceFigures;
use matriz::service::Service;

use crate::company;

pub struct Place {
    pub root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    /// Clean: every instance keeps to its strategy, and git tracks what may be seen.
    pub fn clean(instances: usize) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let place = Place {
            root,
            _folder: folder,
        };
        place.write("matriz.toml", "name = \"acme\"\n");
        place.write(".gitignore", ".env\n");
        // one key of a model provider for all, which is what the root's file is for
        place.private(
            ".env",
            &format!("GEMINI_API_KEY={}\n", company::secret(0, "gemini", 39)),
        );
        for n in 0..instances {
            let home = format!("instances/{}", company::name(n));
            place.private(&format!("{home}/.env"), &company::env(n));
            place.write(
                &format!("{home}/supabase.config.json"),
                &company::supabase(n),
            );
            place.write(
                &format!("{home}/atlassian.config.json"),
                &company::atlassian(n),
            );
            place.private(&format!("{home}/mcp.json"), &company::mcp(n));
            let strategy = company::strategy(n);
            place.write(
                &format!("{home}/instance.toml"),
                &format!("strategy = \"{strategy}\"\npurpose = \"\"\nowner = \"ana\"\n"),
            );
            place.write(
                &format!("{home}/seeds/10_memory.yaml"),
                "corporate_memory:\n  - category: mission\n    content: Café por assinatura\n",
            );
            place.write(
                &format!("{home}/briefing.md"),
                "# Briefing\n\nUma cafeteria.\n",
            );
        }
        for n in 0..20 {
            place.write(
                &format!("core/scripts/step_{n}.ts"),
                "const url = process.env.SUPABASE_URL\nconst key = process.env.SUPABASE_SERVICE_ROLE_KEY\n",
            );
        }
        place.write(
            "microservices/mailer/src/index.ts",
            "export const send = () => process.env.MAIL_API_KEY\n",
        );
        place.write(
            "microservices/_catalog.json",
            "{\"components\":[],\"lastUpdated\":null}\n",
        );
        place.git(&["init", "--quiet"]);
        place.git(&["add", "."]);
        place
    }

    pub fn write(&self, below: &str, text: &str) {
        let path = self.root.join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn private(&self, below: &str, text: &str) {
        self.write(below, text);
        self.mode(below, 0o600);
    }

    pub fn mode(&self, below: &str, mode: u32) {
        fs::set_permissions(self.root.join(below), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn read(&self, below: &str) -> String {
        fs::read_to_string(self.root.join(below)).unwrap()
    }

    /// Replaces what has to be there.
    #[track_caller]
    pub fn replace(&self, below: &str, old: &str, new: &str) {
        let text = self.read(below);
        assert!(text.contains(old), "{below} has no {old}");
        fs::write(self.root.join(below), text.replace(old, new)).unwrap();
    }

    pub fn add(&self, below: &str, line: &str) {
        let text = format!("{}{line}\n", self.read(below));
        fs::write(self.root.join(below), text).unwrap();
    }

    pub fn home(&self, n: usize) -> String {
        format!("instances/{}", company::name(n))
    }

    pub fn value(&self, n: usize, key: &str) -> String {
        let text = self.read(&format!("{}/.env", self.home(n)));
        EnvFile::parse(&text)
            .unwrap()
            .get(key)
            .unwrap_or_default()
            .to_owned()
    }

    pub fn set(&self, n: usize, key: &str, value: &str) {
        let path = format!("{}/.env", self.home(n));
        let mut env = EnvFile::parse(&self.read(&path)).unwrap();
        env.set(key, value).unwrap();
        fs::write(self.root.join(path), env.text()).unwrap();
    }

    /// `n`'s value becomes the one that `from` has.
    pub fn take(&self, n: usize, key: &str, from: usize) {
        self.set(n, key, &self.value(from, key));
    }

    /// What was last seen of an instance.
    pub fn seen(&self, name: &str, project: &str) {
        let figures = InstanceFigures {
            name: name.into(),
            project_ref: Some(project.into()),
            ..InstanceFigures::default()
        };
        self.registry().save_instance_figures(&figures).unwrap();
    }

    pub fn registry(&self) -> Registry {
        drop(self.service());
        Registry::open(&self.root.join(".matriz")).unwrap()
    }

    pub fn service(&self) -> Service {
        Service::open(Some(&self.root)).unwrap()
    }

    pub fn found(&self) -> Vec<Finding> {
        self.service().isolation().unwrap().findings
    }

    pub fn git(&self, arguments: &[&str]) -> Output {
        let out = self.git_command(arguments).output().unwrap();
        assert!(
            out.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        out
    }

    pub fn git_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(&self.root)
            .args([
                "-c",
                "user.name=someone",
                "-c",
                "user.email=someone@example.test",
            ])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .env_remove("GIT_WORK_TREE");
        command
    }

    /// The program, free of what this process's environment says.
    pub fn matriz(&self, arguments: &[&str]) -> Said {
        self.matriz_in("", arguments)
    }

    /// The same, started in a folder below.
    pub fn matriz_in(&self, below: &str, arguments: &[&str]) -> Said {
        let out = Command::new(env!("CARGO_BIN_EXE_matriz"))
            .args(arguments)
            .current_dir(self.root.join(below))
            .env_remove("INSTANCE_NAME")
            .env_remove("MATRIZ_ROOT")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .unwrap();
        Said {
            code: out.status.code(),
            out: String::from_utf8(out.stdout).unwrap(),
            err: String::from_utf8(out.stderr).unwrap(),
        }
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}
