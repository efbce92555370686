/// The page's look: system fonts, light and dark by the reader's setting, one column on a phone.
let pageStyle = #"""
    :root{--ink:#18212b;--soft:#5a6775;--line:#dfe4ea;--paper:#f4f6f8;--card:#fff;
      --road:#0d5c63;--road-ink:#fff;--good:#1c7c4a;--warn:#9a5b00;--bad:#b3261e;--bar:#bfe0de;
      --t0:#b3261e;--t1:#b3541e;--t2:#8a6a00;--t3:#0d5c63;--t4:#5a6775}
    @media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa8b5;--line:#2b3641;
      --paper:#10161c;--card:#18212a;--road:#5cc2bb;--road-ink:#08201f;--good:#5fcf93;
      --warn:#e7b04b;--bad:#ff8a80;--bar:#1f4a4b;--t0:#ff8a80;--t1:#ffab78;--t2:#e7c34b;
      --t3:#5cc2bb;--t4:#9aa8b5}}
    *{box-sizing:border-box}
    body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--paper);
      color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
      "DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
    header{background:var(--card);border-bottom:1px solid var(--line)}
    .bar{max-width:72rem;margin:0 auto;padding:.75rem 1.25rem;display:flex;align-items:center;
      gap:.75rem 1rem;flex-wrap:wrap}
    h1{font-size:1.2rem;margin:0;display:flex;align-items:center;gap:.55rem;
      letter-spacing:-.01em;margin-right:auto}
    h1 svg{width:1.7rem;height:1.7rem;fill:var(--road)}
    h1 .dash{stroke:var(--card);stroke-width:1.8;fill:none}
    main{flex:1;width:100%;max-width:72rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
    footer{max-width:72rem;width:100%;margin:0 auto;padding:1rem 1.25rem 2rem;color:var(--soft);
      font-size:.85rem;display:flex;gap:1rem}
    a{color:var(--road)}
    h2{font-size:1.05rem;margin:0 0 .75rem}
    p{margin:0 0 .75rem}
    .who{margin:0;color:var(--soft);font-size:.9rem}
    .pill{margin:0;padding:.15rem .7rem;border-radius:1rem;border:1px solid currentColor;
      font-size:.85rem;font-weight:600;color:var(--soft)}
    .pill.good{color:var(--good)}.pill.bad{color:var(--bad)}
    button{font:inherit;font-weight:600;border:0;border-radius:.5rem;padding:.55rem 1.1rem;
      background:var(--road);color:var(--road-ink);cursor:pointer}
    button.quiet{background:none;color:var(--soft);border:1px solid var(--line);
      padding:.25rem .8rem;font-weight:500;font-size:.9rem}
    button[aria-pressed=true]{background:var(--road);color:var(--road-ink);
      border-color:transparent}
    :focus-visible{outline:3px solid var(--road);outline-offset:2px}
    input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);
      border-radius:.5rem;padding:.55rem .75rem;flex:1;min-width:0}
    label{display:block;font-size:.9rem;font-weight:600;margin-bottom:.3rem}
    .row{display:flex;gap:.6rem;flex-wrap:wrap}
    .card{background:var(--card);border:1px solid var(--line);border-radius:.8rem;
      padding:1.25rem}
    .enter{max-width:34rem;margin:8vh auto 0}
    .enter p{color:var(--soft)}
    .wrong{color:var(--bad)!important;margin:.75rem 0 0;min-height:1.5em}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.9rem;
      margin-bottom:.9rem}
    .tile{padding:1rem 1.1rem;position:relative;overflow:hidden}
    .tile dt{color:var(--soft);font-size:.88rem}
    .tile dd{margin:.1rem 0 0;font-size:1.6rem;font-weight:650;letter-spacing:-.02em;
      white-space:nowrap;
      line-height:1.2}
    .tile small{display:block;font-size:.8rem;font-weight:400;color:var(--soft);
      letter-spacing:0}
    .tile.warn dd{color:var(--warn)}
    .tile svg{position:absolute;inset:auto 0 0 0;width:100%;height:2.2rem;opacity:.55}
    .tile polyline{fill:none;stroke:var(--road);stroke-width:1.5;
      vector-effect:non-scaling-stroke}
    .tile.rate{padding-bottom:2.4rem}
    .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));
      gap:.9rem}
    table{width:100%;border-collapse:collapse;font-size:.95rem}
    th,td{text-align:left;padding:.4rem .5rem .4rem 0;border-bottom:1px solid var(--line);
      vertical-align:top}
    tr:last-child td{border-bottom:0}
    th{font-size:.8rem;color:var(--soft);font-weight:600}
    td.n,th.n{text-align:right;padding-right:0;white-space:nowrap}
    .meter{height:.5rem;border-radius:.25rem;background:var(--bar);min-width:2px;
      margin-top:.55rem}
    td.wide{width:45%}
    .state{font-weight:600}.state.good{color:var(--good)}.state.bad{color:var(--bad)}
      .state.warn{color:var(--warn)}
    .note{color:var(--soft);font-size:.88rem;margin:.75rem 0 0}
    .small{color:var(--soft);font-size:.85rem}
    .alert{border-color:var(--bad);margin-bottom:.9rem}
    .alert h2{color:var(--bad);margin-bottom:.3rem}
    .alert ul{margin:0;padding-left:1.2rem}
    .head{display:flex;align-items:baseline;gap:.5rem 1rem;flex-wrap:wrap;margin-bottom:1rem}
    .head h2{margin:0;margin-right:auto;font-size:1.25rem}
    .leads{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(21rem,100%),1fr));
      gap:.9rem;list-style:none;margin:0;padding:0}
    .lead{display:flex;flex-direction:column;gap:.6rem;
      border-left:.3rem solid var(--tone,var(--line))}
    .lead.t0{--tone:var(--t0)}.lead.t1{--tone:var(--t1)}.lead.t2{--tone:var(--t2)}.lead.t3{
      --tone:var(--t3)}.lead.t4{--tone:var(--t4)}
    .lead.closed{--tone:var(--line);opacity:.75}
    .lead h3{margin:0;font-size:1.02rem;line-height:1.35}
    .lead .top{display:flex;justify-content:space-between;gap:.6rem;font-size:.82rem;
      color:var(--soft)}
    .lead .top b{color:var(--tone);font-weight:700}
    .lead.closed .top b{color:var(--soft)}
    .lead p{margin:0;font-size:.92rem;color:var(--soft)}
    .facts{display:grid;grid-template-columns:auto 1fr;gap:.15rem .9rem;margin:0;
      font-size:.92rem}
    .facts dt{color:var(--soft)}.facts dd{margin:0}
    .empty{text-align:center;color:var(--soft);padding:3rem 1rem}
    code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9em}
    .scroll{overflow-x:auto}
    @media (max-width:34rem){main{padding:1rem .8rem 2rem}.tiles{grid-template-columns:1fr 1fr;
      gap:.6rem}.tile{padding:.8rem .9rem}.tile dd{font-size:1.4rem}.tile.rate{grid-column:1/-1}
      .enter{margin-top:2vh}.who{order:3;width:100%}.bar{gap:.4rem .5rem;padding:.7rem .8rem}
      button.quiet{padding:.25rem .6rem}}

    """#
