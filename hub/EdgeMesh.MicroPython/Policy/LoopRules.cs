using System.Collections.Frozen;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Whether a program can be run by the agent: its entry, its loops, what it takes and catches.</summary>
internal sealed partial class LoopRules(Facts facts, Solver solver, Findings findings, PolicyOptions options)
{
    private static readonly FrozenSet<string> Sensors = FrozenSet.Create("measure", "read_temp", "convert_temp", "readfrom_mem", "readfrom", "readfrom_mem_into", "readfrom_into");
    private static readonly FrozenSet<string> Pauses =
        FrozenSet.Create("sleep", "sleep_ms", "sleep_us", "deepsleep", "lightsleep", "poll", "ipoll", "run_forever", "wait_msg", "run_until_complete");
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

        Recursion();

        foreach ((BinaryExpr binary, Space space) in facts.Binaries)
        {
            Binary(binary, space);
        }

        foreach ((CompareExpr compare, Space space) in facts.Compares)
        {
            if (AnyIsTicks(compare.Operands, space, true))
            {
                findings.Add("ticks-compared", compare, "Ticks are compared as if they only grew.");
            }
        }

        Rounds("range");
        Rounds("iter");
        foreach ((PrimaryExpr primary, Space _, bool guarded) in facts.Primaries)
        {
            if (!guarded && primary.Trailers is [.., AttributeTrailer method, CallTrailer] && Sensors.Contains(method.Name))
            {
                findings.Add("sensor-error", primary, "A sensor that does not answer ends the program here.");
            }
        }
    }

    // A function that pauses, or that calls one that does: known by its name, whoever's it is. What nobody calls need not be known.
    private void FindPausing()
    {
        bool more = true;
        while (more)
        {
            more = false;
            foreach (Space space in facts.Spaces)
            {
                if (space.Node is FunctionStmt function && facts.Calls.ContainsKey(function.Name) && !_pausing.Contains(function.Name) && Pausing(function.Body, space))
                {
                    more = _pausing.Add(function.Name) || more;
                }
            }
        }
    }

    private static bool IsPause(Node part) => part is PrimaryExpr { IsAwait: true } or YieldExpr or ForStmt { IsAsync: true } or WithStmt { IsAsync: true };

    private bool Pausing(ImmutableArray<Stmt> body, Space space) => Parts.Any(body, part => IsPause(part) || (part is PrimaryExpr primary && Pausing(primary, space)));

    private bool Pausing(Expr value, Space space) => Parts.Any(value, part => IsPause(part) || (part is PrimaryExpr primary && Pausing(primary, space)));

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
            bool own = i == 0 && space.Find(name) is { Paths.Count: 0 };
            bool pauses = own || (i > 0 && _pausing.Contains(name)) ? _pausing.Contains(name) : IsPause(i == 0 ? Callee(name, space) : name, call, space);
            if (pauses && solver.Along(primary, i, space).Values is not [Imported { Path: "asyncio.sleep" or "asyncio.sleep_ms" }])
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
        return !time.IsComplete || time.Values.IsEmpty || IsLongEnough(time, unit_ms);
    }

    private bool IsLongEnough(Possible time, double unit_ms) => time.Values.Any(v => v switch
    {
        BigInteger i => (double)i * unit_ms >= _data.Limit("pause_ms"),
        double d => d * unit_ms >= _data.Limit("pause_ms"),
        _ => true,
    });

    private void Entry(Module module)
    {
        FunctionStmt? loop = TopLevel("loop");
        FunctionStmt? setup = TopLevel("setup");
        FunctionStmt? main = TopLevel("main");
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

    // The last of that name is the one that is there when the program has run.
    private FunctionStmt? TopLevel(string name) => facts.Functions.FindLast(f => f.Space == facts.Root && f.Function.Name == name).Function;

    private void Loop(Stmt statement, Space space)
    {
        if (statement is WhileStmt loop)
        {
            bool pausing = Pausing(loop.Body, space) || Pausing(loop.Condition, space);
            bool endless = Flow.IsEndless(loop);
            if (!pausing && endless)
            {
                findings.Add("loop-without-sleep", loop, "This loop never ends and never pauses.");
            }
            else if (!pausing && (loop.Body.All(s => s is KeywordStmt) || Constants.Of(loop.Condition) is { IsTrue: true }))
            {
                findings.Add("blocking-wait", loop, "This loop waits without a pause.");
            }

            Growth(loop.Body, endless);
        }
        else if (statement is ForStmt each)
        {
            if (!Pausing(each.Body, space) && !Flow.Leaves(each.Body, true) && (solver.Of(each.Source, space).Values.Any(IsLong) || IsEndless(each.Source, space)))
            {
                findings.Add("loop-too-long", each, $"This loop takes more than {_data.Limit("loop_rounds")} rounds without a pause.");
            }
        }
    }

    private void Try(TryStmt attempt, bool endless)
    {
        foreach (Handler handler in attempt.Handlers)
        {
            bool all = handler.Type is null;
            bool stop = all || Parts.Any(handler.Type, part => part is NameExpr { Id: "BaseException" or "KeyboardInterrupt" or "SystemExit" or "GeneratorExit" });
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
}
