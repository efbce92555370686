/// The page's skeleton; style and script are put in as they are.
let pageTemplate = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Turnpike</title>
    <link rel="icon" href="data:,">
    <style>{{{style}}}</style>
    </head>
    <body>
    <header>
      <div class="bar">
        <h1><svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M4 27 13 5h6l9 22z"/>
            <path class="dash" d="M16 7v3m0 3v4m0 3v5"/>
          </svg>Turnpike</h1>
        <p id="who" class="who" hidden></p>
        <p id="pulse" class="pill" role="status" hidden></p>
        <button id="leave" type="button" class="quiet" hidden>Forget key</button>
      </div>
    </header>
    <main id="main">
      <form id="enter" class="card enter" autocomplete="off">
        <h2>Whose key do you hold?</h2>
        <p>An operator sees how the gateway is, a dealer sees his leads, a manufacturer sees
          cohorts. The key stays in this browser tab and is forgotten when it closes.</p>
        <label for="key">Key</label>
        <div class="row">
          <input id="key" name="key" type="password" autocomplete="off" placeholder="tpk_…"
            spellcheck="false" autocapitalize="off" required>
          <button type="submit">Show</button>
        </div>
        <p id="wrong" class="wrong" role="alert"></p>
      </form>
      <section id="view" aria-live="off"></section>
      <noscript><p class="card">This page needs JavaScript. The same facts are under
        <code>/v1/</code>; see <a href="/openapi.json">/openapi.json</a>.</p></noscript>
    </main>
    <footer><span>Turnpike {{version}}</span><a href="/openapi.json">OpenAPI</a></footer>
    <script>{{{script}}}</script>
    </body>
    </html>

    """#
