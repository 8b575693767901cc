//! SQL over the server's socket with everything as text, which is what an answer in JSON needs:
//! several statements in one text run as one transaction, and every value comes in Postgres's own
//! spelling with its type
//! (<https://www.postgresql.org/docs/current/protocol-flow.html>, the simple and the extended query).

use std::path::PathBuf;
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::{DataRowBody, ErrorFields, Message, RowDescriptionBody};
use postgres_protocol::message::frontend;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::error::{Context, Error, Kind, Result};
use crate::sandbox::database::json::{self, Column};
use crate::sandbox::database::unknown;

/// How long the API lets a statement run, in milliseconds.
const STATEMENT_TIMEOUT_MS: u64 = 120_000;
/// The largest answer, in bytes of its values.
const LARGEST: usize = 64 * 1024 * 1024;

/// Who logs in, where; the server must trust that role on its socket.
pub struct Login {
    pub socket: PathBuf,
    pub user: String,
    pub database: String,
}

/// Runs `sql` and gives the rows of its last statement.
pub async fn query(login: &Login, sql: &str, parameters: &[Value]) -> Result<Vec<Value>> {
    if sql.contains('\0') {
        return Err(Error::new(
            Kind::Database,
            "ERROR:  the SQL text holds a zero byte",
        ));
    }
    let limit = Duration::from_millis(STATEMENT_TIMEOUT_MS + 10_000);
    let run = async {
        let mut session = Session::open(login).await?;
        session.send(sql, parameters).await?;
        session.rows(sql).await
    };
    tokio::time::timeout(limit, run).await.unwrap_or_else(|_| {
        Err(Error::new(
            Kind::Timeout,
            "The database didn't answer in time.",
        ))
    })
}

struct Session {
    stream: UnixStream,
    input: BytesMut,
}

impl Session {
    async fn open(login: &Login) -> Result<Self> {
        let stream = UnixStream::connect(&login.socket)
            .await
            .context(Kind::Network, || {
                "The sandbox's database server doesn't answer".into()
            })?;
        let mut session = Session {
            stream,
            input: BytesMut::with_capacity(16 * 1024),
        };
        let timeout = STATEMENT_TIMEOUT_MS.to_string();
        let mut out = BytesMut::new();
        frontend::startup_message(
            [
                ("user", login.user.as_str()),
                ("database", login.database.as_str()),
                ("client_encoding", "UTF8"),
                ("application_name", "matriz api"),
                ("statement_timeout", timeout.as_str()),
            ],
            &mut out,
        )
        .context(Kind::Internal, || "Cannot write a login".into())?;
        session.write(&out).await?;
        loop {
            match session.read().await? {
                Message::ReadyForQuery(_) => return Ok(session),
                Message::ErrorResponse(body) => return Err(failure(body.fields(), None)),
                Message::AuthenticationCleartextPassword
                | Message::AuthenticationMd5Password(_)
                | Message::AuthenticationSasl(_) => {
                    // Roles of a project come in without one, so this one isn't there.
                    return Err(unknown(&login.database));
                }
                _ => {}
            }
        }
    }

    async fn send(&mut self, sql: &str, parameters: &[Value]) -> Result<()> {
        let mut out = BytesMut::new();
        let written = if parameters.is_empty() {
            frontend::query(sql, &mut out).map_err(|error| error.to_string())
        } else {
            extended(sql, parameters, &mut out)
        };
        written.map_err(|error| Error::new(Kind::Database, format!("ERROR:  {error}")))?;
        self.write(&out).await
    }

    /// Reads every answer and keeps the last statement's rows.
    async fn rows(&mut self, sql: &str) -> Result<Vec<Value>> {
        let mut columns = Vec::new();
        let mut current = Vec::new();
        let mut last = Vec::new();
        let mut size = 0;
        let mut error = None;
        loop {
            match self.read().await? {
                Message::RowDescription(body) => columns = describe(&body)?,
                Message::DataRow(body) => {
                    size += body.buffer().len();
                    if size > LARGEST {
                        return Err(Error::new(
                            Kind::Database,
                            "ERROR:  the result is larger than 64 MB",
                        ));
                    }
                    current.push(json::row(&columns, &texts(&body)?));
                }
                Message::CommandComplete(_) | Message::EmptyQueryResponse => {
                    last = std::mem::take(&mut current);
                    size = 0;
                }
                Message::CopyInResponse(_) => {
                    let mut out = BytesMut::new();
                    frontend::copy_fail("no data can be sent here", &mut out)
                        .context(Kind::Internal, || "Cannot end a copy".into())?;
                    self.write(&out).await?;
                }
                Message::ErrorResponse(body) => {
                    error = error.or(Some(failure(body.fields(), Some(sql))))
                }
                Message::ReadyForQuery(_) => break,
                _ => {}
            }
        }
        error.map_or(Ok(last), Err)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream
            .write_all(bytes)
            .await
            .context(Kind::Network, broken)
    }

    async fn read(&mut self) -> Result<Message> {
        loop {
            if let Some(message) = Message::parse(&mut self.input).context(Kind::Network, broken)? {
                return Ok(message);
            }
            let count = self
                .stream
                .read_buf(&mut self.input)
                .await
                .context(Kind::Network, broken)?;
            if count == 0 {
                return Err(Error::new(Kind::Network, broken()));
            }
        }
    }
}

fn broken() -> String {
    "The connection to the sandbox's database server broke".to_owned()
}

fn extended(
    sql: &str,
    parameters: &[Value],
    out: &mut BytesMut,
) -> std::result::Result<(), String> {
    let say = |error: std::io::Error| error.to_string();
    frontend::parse("", sql, [], out).map_err(say)?;
    let text = [0_i16];
    let bound = frontend::bind(
        "",
        "",
        text,
        parameters,
        |value, out| {
            let Some(text) = parameter(value) else {
                return Ok(IsNull::Yes);
            };
            out.extend_from_slice(text.as_bytes());
            Ok(IsNull::No)
        },
        text,
        out,
    );
    bound.map_err(|_| "the parameters can't be sent".to_owned())?;
    frontend::describe(b'P', "", out).map_err(say)?;
    frontend::execute("", 0, out).map_err(say)?;
    frontend::sync(out);
    Ok(())
}

/// A parameter as Postgres reads it: arrays and objects as JSON, which is what their columns take.
fn parameter(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn describe(body: &RowDescriptionBody) -> Result<Vec<Column>> {
    use fallible_iterator::FallibleIterator;
    body.fields()
        .map(|field| {
            Ok(Column {
                name: field.name().to_owned(),
                oid: field.type_oid(),
            })
        })
        .collect()
        .context(Kind::Network, broken)
}

fn texts(body: &DataRowBody) -> Result<Vec<Option<String>>> {
    use fallible_iterator::FallibleIterator;
    body.ranges()
        .map(|range| {
            Ok(range.and_then(|range| {
                let bytes = body.buffer().get(range)?;
                Some(String::from_utf8_lossy(bytes).into_owned())
            }))
        })
        .collect()
        .context(Kind::Network, broken)
}

/// The server's error in psql's form: `ERROR:  42P01: relation "x" does not exist`, its hint and,
/// where known, the line.
fn failure(mut fields: ErrorFields<'_>, sql: Option<&str>) -> Error {
    use fallible_iterator::FallibleIterator;
    let (mut severity, mut code, mut message) = (String::new(), String::new(), String::new());
    let (mut detail, mut hint, mut position) = (None, None, None);
    while let Ok(Some(field)) = fields.next() {
        let value = String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'S' => severity = value,
            b'C' => code = value,
            b'M' => message = value,
            b'D' => detail = Some(value),
            b'H' => hint = Some(value),
            b'P' => position = value.parse::<usize>().ok(),
            _ => {}
        }
    }
    let mut text = format!("{severity}:  {code}: {message}");
    if let Some(detail) = detail {
        text.push_str(&format!("\nDETAIL:  {detail}"));
    }
    if let Some(hint) = &hint {
        text.push_str(&format!("\nHINT:  {hint}"));
    }
    if let (Some(position), Some(sql)) = (position, sql) {
        let before: String = sql.chars().take(position.saturating_sub(1)).collect();
        let number = before.matches('\n').count();
        let line = sql.lines().nth(number).unwrap_or_default();
        text.push_str(&format!("\nLINE {}: {line}", number + 1));
    }
    Error::new(Kind::Database, text)
}
