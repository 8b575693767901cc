//! The files of one instance that keeps to its strategy, all values made up from its number.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Three strategies, again and again: number 0 is `default`.
pub fn strategy(n: usize) -> &'static str {
    ["hybrid", "schema", "complete"][n % 3]
}

pub fn name(n: usize) -> String {
    match n {
        0 => "default".into(),
        n => format!("company-{n}"),
    }
}

/// The project: a schema's is that of the hybrid instance before it.
pub fn project(n: usize) -> String {
    let owner = if strategy(n) == "schema" { n - 1 } else { n };
    reference(owner)
}

/// 20 letters, others for each number.
pub fn reference(n: usize) -> String {
    let mut state = n as u64 + 1;
    (0..20)
        .map(|_| char::from(b'a' + (next(&mut state) % 26) as u8))
        .collect()
}

/// So many characters that look like a secret's, others for each number and word.
pub fn secret(n: usize, word: &str, length: usize) -> String {
    let seed = word.bytes().fold(n as u64 + 7, |hash, b| {
        hash.wrapping_mul(31).wrapping_add(u64::from(b))
    });
    let mut state = seed;
    let letters = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
    (0..length)
        .map(|_| char::from(letters[(next(&mut state) % letters.len() as u64) as usize]))
        .collect()
}

fn next(state: &mut u64) -> u64 {
    // splitmix64
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A project's key in the older form.
pub fn jwt(project: &str, role: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let head = part(r#"{"alg":"HS256","typ":"JWT"}"#);
    let body = part(&format!(
        r#"{{"iss":"supabase","ref":"{project}","role":"{role}","iat":1767225600,"exp":2082758400}}"#
    ));
    let seed = project.bytes().map(usize::from).sum();
    format!(
        "{head}.{body}.{}",
        secret(seed, &format!("{project}{role}"), 43)
    )
}

pub fn site(n: usize) -> String {
    match strategy(n) {
        "complete" => format!("company-{n}.atlassian.net"),
        _ => "acme.atlassian.net".into(),
    }
}

pub fn env(n: usize) -> String {
    let project = project(n);
    let complete = strategy(n) == "complete";
    let account = |word: &str| secret(if complete { n } else { 0 }, word, 24);
    let (role, schema) = match strategy(n) {
        "schema" => (
            format!("company_{n}_{}", &project[..8]),
            format!("company_{n}"),
        ),
        _ => ("postgres".into(), "public".into()),
    };
    let password = secret(n, "database", 40);
    [
        "# Supabase".to_owned(),
        format!("SUPABASE_URL=https://{project}.supabase.co"),
        format!("SUPABASE_PROJECT_REF={project}"),
        format!("SUPABASE_ANON_KEY={}", jwt(&project, "anon")),
        format!("SUPABASE_SERVICE_ROLE_KEY={}", jwt(&project, "service_role")),
        format!("SUPABASE_ACCESS_TOKEN={}", account("supabase")),
        format!("SUPABASE_DB_PASSWORD={password}"),
        format!(
            "DATABASE_URL=postgresql://{role}.{project}:{password}@aws-0-sa-east-1.pooler.supabase.com:5432/postgres"
        ),
        format!("MCP_SUPABASE_PROJECT_REF={project}"),
        format!("MCP_SUPABASE_SCHEMA={schema}"),
        "EMBEDDING_DIM=384".into(),
        "# Atlassian".into(),
        format!("ATLASSIAN_SITE={}", site(n)),
        "ATLASSIAN_EMAIL=someone@example.test".into(),
        format!("ATLASSIAN_API_TOKEN={}", account("atlassian")),
        format!("JIRA_PROJECT_KEY={}", board(n)),
        format!("CONFLUENCE_SPACE_KEY={}", board(n)),
        "# Its own".into(),
        format!("STRIPE_SECRET_KEY={}", secret(n, "stripe", 32)),
        format!("SALES_WEBHOOK_URL=https://hooks.slack.com/services/{}", secret(n, "hook", 24)),
        "GREETING=olá".into(),
    ]
    .join("\n")
        + "\n"
}

pub fn board(n: usize) -> String {
    format!("C{n}X")
}

pub fn supabase(n: usize) -> String {
    let schema = match strategy(n) {
        "schema" => format!("company_{n}"),
        _ => "public".into(),
    };
    format!(
        "{{\n  \"kind\": \"cloud\",\n  \"organization\": \"acme\",\n  \"region\": \"sa-east-1\",\n  \"projectRef\": \"{}\",\n  \"schema\": \"{schema}\",\n  \"accessTokenKey\": \"SUPABASE_ACCESS_TOKEN\",\n  \"dbPasswordKey\": \"SUPABASE_DB_PASSWORD\"\n}}\n",
        project(n)
    )
}

pub fn atlassian(n: usize) -> String {
    format!(
        "{{\n  \"kind\": \"cloud\",\n  \"site\": \"{}\",\n  \"jiraProjectKey\": \"{board}\",\n  \"confluenceSpaceKey\": \"{board}\",\n  \"emailKey\": \"ATLASSIAN_EMAIL\",\n  \"tokenKey\": \"ATLASSIAN_API_TOKEN\"\n}}\n",
        site(n),
        board = board(n)
    )
}

pub fn mcp(n: usize) -> String {
    format!(
        "{{\n  \"mcpServers\": {{\n    \"supabase\": {{\n      \"type\": \"http\",\n      \"url\": \"https://mcp.supabase.com/mcp?project_ref={}&read_only=true&features=database,docs\"\n    }}\n  }}\n}}\n",
        project(n)
    )
}
