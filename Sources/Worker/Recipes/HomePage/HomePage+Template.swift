extension HomePage {
    /// Mustache. Everything is in it, style too, so that the page needs nothing else from anywhere.
    static let template = """
        {{% CONTENT_TYPE: \(StrictHTML.name)}}
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="description" content="Recipes, and an API to find and add them.">
        <title>Recipes</title>
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
        %3Cpath fill='%23b5472c' d='M2 7h12v1a6 6 0 0 1-4 5.7V15H6v-1.3A6 6 0 0 1 2 8z\
        M5 1h1v4H5zM7.5 1h1v4h-1zM10 1h1v4h-1z'/%3E\
        %3C/svg%3E">
        <style>
        :root {
          --page: #faf7f2; --card: #fff; --ink: #2a211b; --quiet: #6d6056; --line: #e8dfd4;
          --accent: #a63d22; --on-accent: #fff; --tint: #f6e6dc;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #191512; --card: #231e1a; --ink: #f1e9e1; --quiet: #b3a598; --line: #3a322b;
            --accent: #f0936f; --on-accent: #24120b; --tint: #3a2820;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        .wrap { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
        header { padding: 3.5rem 0 2.25rem; }
        h1 {
          margin: 0; font: 700 clamp(2.4rem, 8vw, 3.5rem)/1.1 Georgia, "Noto Serif", "Times New Roman", serif;
          letter-spacing: -.02em;
        }
        header p { margin: .75rem 0 1.5rem; max-width: 34rem; color: var(--quiet); font-size: 1.125rem; }
        a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
        a:hover { text-decoration-thickness: 2px; }
        a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: .25rem; }
        .actions { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; padding: 0; list-style: none; }
        .actions a {
          display: block; padding: .55rem .75rem; border: 1px solid var(--line); border-radius: .6rem;
          background: var(--card); font-size: .95rem; font-weight: 600; text-decoration: none;
        }
        .actions a:hover { border-color: var(--accent); }
        .actions .main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
        h2 { margin: 0 0 1rem; font-size: 1.125rem; }
        .recipes { display: grid; gap: 1rem; margin: 0; padding: 0; list-style: none; }
        @media (min-width: 44rem) { .recipes { grid-template-columns: 1fr 1fr; } }
        .recipes > li {
          display: flex; flex-direction: column; min-width: 0; padding: 1.1rem 1.25rem;
          border: 1px solid var(--line); border-radius: .9rem; background: var(--card);
        }
        .recipes h3 { margin: 0 0 .25rem; font: 600 1.2rem/1.35 Georgia, "Noto Serif", "Times New Roman", serif; }
        .recipes h3 a { color: inherit; text-decoration-color: var(--accent); }
        .recipes h3, .recipes p { overflow-wrap: anywhere; }
        .recipes h3, .source {
          display: -webkit-box; -webkit-box-orient: vertical; overflow: hidden; -webkit-line-clamp: 4;
        }
        .source { -webkit-line-clamp: 2; }
        .recipes p { margin: 0; color: var(--quiet); }
        .recipes .foot {
          display: flex; justify-content: space-between; gap: 1rem; margin-top: auto; padding-top: .85rem;
          font-size: .875rem;
        }
        .empty { padding: 2rem 1.25rem; border: 1px dashed var(--line); border-radius: .9rem; color: var(--quiet); }
        .api { margin-top: 3rem; }
        .api dl { margin: 0; border: 1px solid var(--line); border-radius: .9rem; background: var(--card); }
        .api div { display: flex; flex-wrap: wrap; gap: .15rem 1rem; padding: .8rem 1.25rem; }
        .api div + div { border-top: 1px solid var(--line); }
        .api dt { display: flex; flex: 1 1 23rem; gap: .6rem; min-width: 0; overflow-wrap: anywhere; }
        .api dd { flex: 1 1 14rem; margin: 0; color: var(--quiet); }
        code { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        .method {
          align-self: start; flex: none; width: 3.2rem; border-radius: .35rem; background: var(--tint);
          color: var(--accent); font-weight: 700; text-align: center;
        }
        footer { padding: 2.5rem 0 3rem; color: var(--quiet); font-size: .875rem; }
        </style>
        </head>
        <body>
        <div class="wrap">
        <header>
        <h1>Recipes</h1>
        <p>Good things to cook, and an API to find them, add to them, and see what others cook today.</p>
        <ul class="actions">
        <li><a class="main" href="/docs">Try the API</a></li>
        <li><a href="/redoc">Reference</a></li>
        <li><a href="/openapi.json">OpenAPI</a></li>
        </ul>
        </header>
        <main>
        <h2 id="recipes">From the kitchen</h2>
        {{#isEmpty}}
        <p class="empty">No recipes yet. <a href="/docs">Add the first one.</a></p>
        {{/isEmpty}}
        {{^isEmpty}}
        <ul class="recipes" aria-labelledby="recipes">
        {{#recipes}}
        <li>
        <h3 dir="auto">\
        {{#link}}<a href="{{.}}" rel="noopener nofollow">{{label}}</a>{{/link}}\
        {{^link}}{{label}}{{/link}}\
        </h3>
        {{#source}}<p class="source" dir="auto">{{.}}</p>{{/source}}
        <p class="foot">
        <span>No. {{id}}</span>
        <a href="/api/v1/recipes/{{id}}" aria-label="No. {{id}} as JSON">as JSON</a>
        </p>
        </li>
        {{/recipes}}
        </ul>
        {{/isEmpty}}
        <section class="api">
        <h2>The API</h2>
        <dl>
        <div>
        <dt>
        <code class="method">GET</code>
        <code><a href="/api/v1/recipes/search/?keyword=chicken">\
        /api/v1/recipes/<wbr>search/<wbr>?keyword=chicken</a></code>
        </dt>
        <dd>Recipes whose name has that word in it</dd>
        </div>
        <div>
        <dt>
        <code class="method">GET</code>
        <code><a href="/api/v1/recipes/ideas/async">/api/v1/recipes/<wbr>ideas/<wbr>async</a></code>
        </dt>
        <dd>Today’s best of three subreddits</dd>
        </div>
        <div>
        <dt>
        <code class="method">POST</code>
        <code><a href="/docs">/api/v1/recipes/</a></code>
        </dt>
        <dd>Add a recipe of your own</dd>
        </div>
        </dl>
        </section>
        </main>
        <footer>Recipes belong to those who wrote them: the links lead there.</footer>
        </div>
        </body>
        </html>
        """
}
