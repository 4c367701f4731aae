namespace Nurture.Server.Tracking;

/// <summary>What the pages behind links in mails look like: small, without scripts, in English or Japanese.</summary>
public static class PublicPage
{
    /// <summary><c>ja</c>, else <c>en</c>.</summary>
    public static string LanguageOf(string locale) => locale.Split('-', '_')[0].Equals("ja", StringComparison.OrdinalIgnoreCase) ? "ja" : "en";

    /// <param name="title">HTML, as <paramref name="body"/> is.</param>
    public static IResult Show(string locale, string title, string body, int status = StatusCodes.Status200OK) => Results.Text(
        $$"""
        <!doctype html>
        <html lang="{{LanguageOf(locale)}}">
        <head>
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{title}}</title>
        <style>
        body { font: 16px/1.7 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1.25rem; color: #202124; background: #fff }
        h1 { font-size: 1.4rem }
        button { font: inherit; padding: .6rem 1.2rem; margin: .3rem 0; border: 1px solid #5f6368; border-radius: .4rem; background: #f8f9fa; color: inherit; cursor: pointer }
        button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px }
        fieldset { border: 0; padding: 0; margin: 1rem 0 }
        legend { padding: 0; margin-bottom: .3rem }
        label { display: block; padding: .45rem .2rem; cursor: pointer }
        input[type=radio] { width: 1.15rem; height: 1.15rem; margin: 0 .6rem 0 0; vertical-align: -.15rem }
        .scale { display: flex; flex-wrap: wrap; gap: .35rem }
        .scale label { flex: 0 0 auto; display: flex; flex-direction: column; align-items: center; min-width: 2.6rem; padding: .35rem 0 .5rem; border: 1px solid #5f6368; border-radius: .4rem }
        .scale label:has(:checked) { border-color: #1a73e8; box-shadow: inset 0 0 0 1px #1a73e8; font-weight: 600 }
        .scale input[type=radio] { margin: .15rem 0 0 }
        textarea { font: inherit; box-sizing: border-box; width: 100%; min-height: 5.5rem; padding: .5rem; border: 1px solid #5f6368; border-radius: .4rem; background: inherit; color: inherit }
        .primary { background: #1a56c4; border-color: #1a56c4; color: #fff }
        .answer { font-weight: 600 }
        .quiet { color: #5f6368 }
        @media (prefers-color-scheme: dark) { body { background: #202124; color: #e8eaed } button { background: #303134 } .primary { background: #1a56c4 } .quiet { color: #bdc1c6 } }
        </style>
        </head>
        <body><main><h1>{{title}}</h1>{{body}}</main></body>
        </html>
        """, "text/html; charset=utf-8", statusCode: status);
}
