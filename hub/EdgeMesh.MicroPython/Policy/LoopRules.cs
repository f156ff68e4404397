using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Whether a program can be run by the agent: its entry, its loops, what it takes and catches.</summary>
internal sealed class LoopRules(Facts facts, Solver solver, Findings findings, PolicyOptions options)
{
    private static readonly HashSet<string> Sensors = ["measure", "read_temp", "convert_temp", "readfrom_mem", "readfrom", "readfrom_mem_into", "readfrom_into"];
    private static readonly HashSet<string> Pauses = ["sleep", "sleep_ms", "sleep_us", "deepsleep", "lightsleep", "poll", "ipoll", "run_forever", "wait_msg", "run_until_complete"];
    private readonly PolicyData _data = options.Data;
    private readonly HashSet<string> _pausing = [];

    internal void Check(Module module)
    {
        FindPausing();
        Entry(module);
        foreach ((Stmt loop, Space space) in facts.Loops)
        {
            Loop(loop, space);
        }

        foreach ((TryStmt attempt, Space _, bool endless) in facts.Tries)
        {
            Try(attempt, endless);
        }

        foreach ((FunctionStmt function, Space _) in facts.Functions)
        {
            Recursion(function);
        }

        foreach ((BinaryExpr binary, Space space) in facts.Binaries)
        {
            Binary(binary, space);
        }

        foreach ((CompareExpr compare, Space space) in facts.Compares.Where(c => c.Compare.Operands.Any(o => IsTicks(o, c.Space, true))))
        {
            findings.Add("ticks-compared", compare, "Ticks are compared as if they only grew.");
        }

        Rounds();
        foreach ((PrimaryExpr primary, Space _) in facts.Primaries.Where(p => !facts.Guarded.Contains(p.Primary)
            && p.Primary.Trailers is [.., AttributeTrailer method, CallTrailer] && Sensors.Contains(method.Name)))
        {
            findings.Add("sensor-error", primary, "A sensor that does not answer ends the program here.");
        }
    }

    // A function that pauses, or that calls one that does: known by its name, whoever's it is.
    private void FindPausing()
    {
        bool more = true;
        while (more)
        {
            more = false;
            foreach ((FunctionStmt function, Space space) in facts.Functions.Where(f => !_pausing.Contains(f.Function.Name)))
            {
                if (Pausing(function.Body, facts.FunctionSpaces.GetValueOrDefault(function) ?? space))
                {
                    more = _pausing.Add(function.Name) || more;
                }
            }
        }
    }

    private bool Pausing(ImmutableArray<Stmt> body, Space space)
    {
        bool pausing = false;
        Parts.Visit(body, part => pausing |= part switch
        {
            PrimaryExpr { IsAwait: true } or YieldExpr => true,
            ForStmt { IsAsync: true } or WithStmt { IsAsync: true } => true,
            PrimaryExpr primary => Pausing(primary, space),
            _ => false,
        });
        return pausing;
    }

    private bool Pausing(PrimaryExpr primary, Space space)
    {
        for (int i = 0; i < primary.Trailers.Length; i++)
        {
            if (primary.Trailers[i] is not CallTrailer call)
            {
                continue;
            }

            string? name = i == 0 ? (primary.Value as NameExpr)?.Id : (primary.Trailers[i - 1] as AttributeTrailer)?.Name;
            if (name is null)
            {
                continue;
            }

            // A coroutine that nobody awaits does not run.
            if (solver.Along(primary, i, space).Values is [Imported { Path: "asyncio.sleep" or "asyncio.sleep_ms" }])
            {
                continue;
            }

            bool own = i == 0 && space.Find(name) is { Paths.Count: 0 };
            if (own || (i > 0 && _pausing.Contains(name)) ? _pausing.Contains(name) : IsPause(i == 0 ? Callee(name, space) : name, call, space))
            {
                return true;
            }
        }

        return false;
    }

    // from time import sleep as pause: the name that counts is the module's.
    private static string Callee(string name, Space space) => space.Find(name)?.Paths.FirstOrDefault() is { } path ? path[(path.LastIndexOf('.') + 1)..] : name;

    private bool IsPause(string name, CallTrailer call, Space space)
    {
        if (!Pauses.Contains(name))
        {
            return false;
        }

        if (name is not ("sleep" or "sleep_ms" or "sleep_us"))
        {
            return true;
        }

        double unit_ms = name switch { "sleep" => 1000, "sleep_ms" => 1, _ => 0.001 };
        Possible time = call.Arguments is [{ } only] ? solver.Of(only.Value, space) : Possible.Anything;
        // A known pause must be long enough; an unknown one is taken for one.
        return !time.IsComplete || time.Values.IsEmpty || time.Values.Any(v => v switch
        {
            BigInteger i => (double)i * unit_ms >= _data.Limit("pause_ms"),
            double d => d * unit_ms >= _data.Limit("pause_ms"),
            _ => true,
        });
    }

    private void Entry(Module module)
    {
        FunctionStmt? loop = TopLevel(module.Body, "loop").LastOrDefault();
        FunctionStmt? setup = TopLevel(module.Body, "setup").LastOrDefault();
        FunctionStmt? main = TopLevel(module.Body, "main").LastOrDefault();
        if (loop is null && main is null)
        {
            findings.Add("entry", module, "The program has neither loop() nor main().");
            return;
        }

        foreach (FunctionStmt entry in loop is null ? [main!] : setup is null ? new[] { loop } : [loop, setup])
        {
            if (entry.Parameters.Any(p => p.Kind == ParameterKind.Plain && p.Default is null) || (entry.IsAsync && entry != main))
            {
                findings.Add("entry", entry, $"{entry.Name}() must be callable without arguments{(entry == main ? "" : " and be no async function")}.");
            }
        }

        if (loop is not null && setup is null)
        {
            findings.Add("no-setup", loop, "There is no setup().");
        }
    }

    private static IEnumerable<FunctionStmt> TopLevel(ImmutableArray<Stmt> body, string name) => body.IsDefault ? []
        : body.SelectMany(s => s is FunctionStmt function ? function.Name == name ? [function] : [] : Flow.Inner(s).SelectMany(inner => TopLevel(inner, name)));

    private void Loop(Stmt statement, Space space)
    {
        if (statement is WhileStmt loop)
        {
            bool pausing = Pausing(loop.Body, space) || Pausing([new ExprStmt(loop.Span, loop.Condition)], space);
            if (!pausing && Flow.IsEndless(loop))
            {
                findings.Add("loop-without-sleep", loop, "This loop never ends and never pauses.");
            }
            else if (!pausing && (loop.Body.All(s => s is KeywordStmt) || Constants.Of(loop.Condition) is { IsTrue: true }))
            {
                findings.Add("blocking-wait", loop, "This loop waits without a pause.");
            }

            Growth(loop.Body, Flow.IsEndless(loop));
        }
        else if (statement is ForStmt each)
        {
            if (!Pausing(each.Body, space) && !Flow.Leaves(each.Body, true) && (solver.Of(each.Source, space).Values.Any(IsLong) || IsEndless(each.Source, space)))
            {
                findings.Add("loop-too-long", each, $"This loop takes more than {_data.Limit("loop_rounds")} rounds without a pause.");
            }
        }
    }

    // Rounds that comprehensions and built-ins make, which never pause.
    private void Rounds()
    {
        HashSet<Node> sources = new(facts.Loops.Select(l => l.Loop).OfType<ForStmt>().Select(f => (Node)f.Source), ReferenceEqualityComparer.Instance);
        foreach (string maker in new[] { "range", "iter" })
        {
            foreach ((PrimaryExpr primary, Space space) in facts.Primaries.Where(p => p.Primary is { Value: NameExpr name, Trailers: [CallTrailer] } && name.Id == maker && !sources.Contains(p.Primary)))
            {
                Possible made = solver.Of(primary, space);
                if (made.Values.Any(v => IsLong(v) && (maker == "range" || solver.Of(((Made)v).Call.Arguments[0].Value, space).Values.Any(f => f is Imported))))
                {
                    findings.Add("loop-too-long", primary, $"This takes more than {_data.Limit("loop_rounds")} rounds without a pause.");
                }
            }
        }
    }

    // for … in f(), where f yields for ever and never pauses.
    private bool IsEndless(Expr source, Space space) => source is PrimaryExpr { Value: NameExpr name, Trailers: [CallTrailer] } && space.Find(name.Id) is { } symbol
        && symbol.Functions.Exists(function => function.Body.Any(s => s is WhileStmt loop && Constants.Of(loop.Condition) is { IsTrue: true } && YieldsOnly(loop, space)));

    private bool YieldsOnly(WhileStmt loop, Space space)
    {
        bool only = true;
        Parts.Visit(loop.Body, part => only &= part is not (KeywordStmt { Keyword: Keyword.Break } or ReturnStmt or RaiseStmt) && !(part is PrimaryExpr primary && (primary.IsAwait || Pausing(primary, space))));
        return only;
    }

    private bool IsLong(object source)
    {
        if (source is Made { Path: ".iter" } endless)
        {
            return endless.Call.Arguments.Length == 2;
        }

        return source is Made { Path: ".range" } range
            && range.Call.Arguments.Any(a => solver.Of(a.Value, range.Space).Values.Any(v => v is BigInteger rounds && rounds > _data.Limit("loop_rounds")));
    }

    private void Growth(ImmutableArray<Stmt> body, bool endless)
    {
        if (!endless)
        {
            return;
        }

        Dictionary<string, PrimaryExpr> grown = [];
        HashSet<string> shrunk = [];
        Parts.Visit(body, part =>
        {
            switch (part)
            {
                case PrimaryExpr { Value: NameExpr name, Trailers: [AttributeTrailer method, CallTrailer] } primary:
                    if (method.Name == "append")
                    {
                        grown.TryAdd(name.Id, primary);
                    }
                    else if (method.Name is "pop" or "clear" or "popleft" or "remove")
                    {
                        shrunk.Add(name.Id);
                    }

                    break;
                case AssignStmt assign: shrunk.UnionWith(assign.Targets.Select(t => t is NameExpr name ? name.Id : t is PrimaryExpr { Value: NameExpr list } ? list.Id : "")); break;
                case DelStmt delete: shrunk.UnionWith(delete.Targets.Select(t => t is PrimaryExpr { Value: NameExpr list } ? list.Id : "")); break;
            }
        });
        foreach ((string name, PrimaryExpr primary) in grown.Where(g => !shrunk.Contains(g.Key)))
        {
            findings.Add("unbounded-list", primary, $"{name} grows in an endless loop and never shrinks.");
        }
    }

    private void Try(TryStmt attempt, bool endless)
    {
        foreach (Handler handler in attempt.Handlers)
        {
            bool all = handler.Type is null;
            bool stop = all;
            Parts.Visit(handler.Type, part => stop |= part is NameExpr { Id: "BaseException" or "KeyboardInterrupt" or "SystemExit" or "GeneratorExit" });
            bool leaves = Flow.Leaves(handler.Body, true);
            if (stop && endless && !leaves && Pausing(attempt.Body, facts.Root))
            {
                findings.Add("stop-swallowed", handler, "What stops programs is caught here, again and again.");
            }
            else if (all && !leaves)
            {
                findings.Add("bare-except", handler, "Everything is caught here.");
            }
        }
    }

    private void Recursion(FunctionStmt function)
    {
        foreach (Stmt statement in function.Body)
        {
            bool calls = false;
            if (statement is ExprStmt or ReturnStmt or AssignStmt)
            {
                Parts.Visit(statement, part => calls |= part is PrimaryExpr primary && CallsItself(primary, function));
                Parts.Visit(statement, part => calls &= part is not (ConditionalExpr or BoolExpr));
            }
            else if (statement is not (ScopeStmt or ImportStmt or ImportFromStmt or KeywordStmt) && Flow.Leaves([statement], false))
            {
                return;
            }

            if (calls)
            {
                findings.Add("recursion", statement, $"{function.Name} calls itself without a condition.");
                return;
            }
        }
    }

    private static bool CallsItself(PrimaryExpr primary, FunctionStmt function) => !primary.IsAwait &&
        (primary is { Value: NameExpr name, Trailers: [CallTrailer, ..] } ? name.Id == function.Name
        : primary is { Value: NameExpr { Id: "self" }, Trailers: [AttributeTrailer method, CallTrailer, ..] } && method.Name == function.Name);

    private void Binary(BinaryExpr binary, Space space)
    {
        for (int i = 1; i < binary.Operands.Length; i++)
        {
            string sign = binary.Operators[i - 1];
            if (sign == "-" && IsTicks(binary.Operands[i - 1], space, false) && IsTicks(binary.Operands[i], space, true))
            {
                findings.Add("ticks-compared", binary, "Ticks are subtracted as numbers.");
            }

            Possible right = sign is "*" or "**" or "<<" ? solver.Of(binary.Operands[i], space) : Possible.Nothing;
            long most = sign switch { "**" => 4096, "<<" => 65536, _ => _data.Limit("allocation_bytes") };
            bool large = right.Values.Any(v => v is BigInteger number && number > most);
            if (large && (sign != "*" || IsSequence(binary.Operands[0], space)))
            {
                findings.Add("memory", binary, "This value is larger than the device's memory.");
            }
            else if (sign == "*" && IsSequence(binary.Operands[i], space) && solver.Of(binary.Operands[i - 1], space).Values.Any(v => v is BigInteger count && count > most))
            {
                findings.Add("memory", binary, "This value is larger than the device's memory.");
            }
        }
    }

    private bool IsSequence(Expr value, Space space) => solver.Of(value, space).Values.Any(v => v is string or Container or Made { Path: ".bytearray" or ".bytes" });

    private bool IsTicks(Expr value, Space space, bool names) => value switch
    {
        PrimaryExpr { Trailers: [.., AttributeTrailer { Name: "ticks_ms" or "ticks_us" }, CallTrailer { Arguments.IsEmpty: true }] } => true,
        PrimaryExpr { Value: NameExpr { Id: "ticks_ms" or "ticks_us" }, Trailers: [CallTrailer] } => true,
        NameExpr or PrimaryExpr { Trailers: [AttributeTrailer] } when names => solver.Of(value, space).Values.Any(v => v is Made { Path: "time.ticks_ms" or "time.ticks_us" }),
        BinaryExpr sum when names => sum.Operands.Any(o => IsTicks(o, space, false)),
        _ => false,
    };
}
