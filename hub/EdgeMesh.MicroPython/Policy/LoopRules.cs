using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Whether a program can be run by the agent: its entry, its loops, what it takes and catches.</summary>
internal sealed partial class LoopRules(Facts facts, Solver solver, Findings findings, PolicyOptions options)
{
    private static readonly FrozenSet<string> Sensors = FrozenSet.Create("measure", "read_temp", "convert_temp", "readfrom_mem", "readfrom", "readfrom_mem_into", "readfrom_into");
    private readonly PolicyData _data = options.Data;

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

        Swallowing();
        Handlers();

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

        Consumed();
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
            if (entry.Parameters.Any(p => p.Kind == ParameterKind.Plain && p.Default is null) || (entry != main && (entry.IsAsync || IsGenerator(entry))))
            {
                findings.Add("entry", entry, $"{entry.Name}() must be callable without arguments{(entry == main ? "" : " and be no async function or generator")}.");
            }
            else if (facts.Root.Find(entry.Name) is { } symbol && (symbol.Values.Count + symbol.Paths.Count + symbol.Iterated.Count + symbol.Classes.Count > 0 || symbol.IsOpaque || symbol.IsDeleted))
            {
                findings.Add("entry", entry, $"{entry.Name} is given to something else too, or deleted; what the agent would call is not known.", "let the name be the function's alone");
            }
        }

        if (loop is not null && !Pausing(loop.Body, facts.SpaceOf(loop)!) && Flood(loop.Body) is { } act)
        {
            findings.Add("loop-without-sleep", act, "loop() does this in every round and never pauses: hundreds of times a second.");
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
            bool shaped = Flow.IsEndless(loop);
            bool endless = shaped || (!Flow.Leaves(loop.Body, true) && IsAlways(loop.Condition, space));
            if (!pausing && endless)
            {
                findings.Add("loop-without-sleep", loop, "This loop never ends and never pauses.");
            }
            else if (!pausing && (loop.Body.All(s => s is KeywordStmt) || Constants.Of(loop.Condition) is { IsTrue: true }))
            {
                findings.Add("blocking-wait", loop, "This loop waits without a pause.");
            }

            Growth(loop.Body, shaped);
        }
        else if (statement is ForStmt each)
        {
            if (!Pausing(each.Body, space) && !Flow.Leaves(each.Body, true) && (solver.Of(each.Source, space).Values.Any(IsLong) || Times(each, space) > _data.Limit("loop_rounds") || IsEndless(each.Source, space)))
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
            bool stop = all || Parts.Any(handler.Type, part => part is NameExpr name && solver.Of(name, facts.Root).Values.Any(IsStop));
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

    private static bool IsStop(object value) => value is Imported { Path: ".BaseException" or ".KeyboardInterrupt" or ".SystemExit" or ".GeneratorExit" };

    // finally: continue, and a context manager that says that all is well, keep what stops programs from doing so.
    private void Swallowing()
    {
        foreach ((TryStmt attempt, Space space, bool endless) in facts.Tries)
        {
            if (endless && !attempt.Finally.IsDefault && attempt.Finally.FirstOrDefault(s => s is KeywordStmt { Keyword: Keyword.Continue } or ReturnStmt) is { } swallowed && Pausing(attempt.Body, space))
            {
                findings.Add("stop-swallowed", swallowed, "What stops programs is dropped here, again and again.");
            }
        }

        foreach ((WithStmt with, Space space) in facts.EndlessWiths)
        {
            if (with.Items.Any(i => i.Value is PrimaryExpr { Value: NameExpr name, Trailers: [CallTrailer] } && space.Find(name.Id)?.Classes.Exists(SaysAllIsWell) == true) && Pausing(with.Body, space))
            {
                findings.Add("stop-swallowed", with, "What stops programs is dropped by this context manager, again and again.", "return nothing from __exit__");
            }
        }
    }

    private static bool SaysAllIsWell(ClassStmt type) => type.Body.Any(s => s is FunctionStmt { Name: "__exit__", Body: [.., ReturnStmt { Value: { } result }] } && Constants.Of(result) is { IsTrue: true });

    // What an interrupt, a timer or a message calls, must come to an end.
    private void Handlers()
    {
        HashSet<string> handlers = [];
        foreach (string caller in new[] { "init", "irq", "schedule", "Timer", "on_command", "set_callback" })
        {
            foreach ((CallTrailer call, Space _, bool _) in facts.CallsOf(caller))
            {
                foreach (Argument argument in call.Arguments)
                {
                    handlers.Add(argument.Value switch
                    {
                        NameExpr name => name.Id,
                        PrimaryExpr { Trailers: [.., AttributeTrailer method] } => method.Name,
                        _ => "",
                    });
                }
            }
        }

        foreach ((FunctionStmt function, Space _) in facts.Functions)
        {
            if (handlers.Contains(function.Name) && function.Body.OfType<WhileStmt>().FirstOrDefault(Flow.IsEndless) is { } loop)
            {
                findings.Add("loop-without-sleep", loop, $"{function.Name} is called by an interrupt, a timer or a message, and never ends.", "do a little at each call, and the rest in loop()");
            }
        }
    }
}
