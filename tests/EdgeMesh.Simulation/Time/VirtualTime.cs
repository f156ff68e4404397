using System;
using System.Collections.Generic;

namespace EdgeMesh.Simulation.Time;

/// <summary>One clock for a whole world: what is due next happens next, one thing at a time, the same way at every replay.</summary>
/// <remarks>
/// A program sleeps deep in the device's stack, so every device has a thread of its own; but only the one whose turn it is runs. What
/// happens to no device in particular runs on whichever thread waits just then.
/// </remarks>
internal sealed class VirtualTime
{
    private readonly PriorityQueue<Due, (long Ms, long Order)> _queue = new();
    private readonly List<Fiber> _fibers = [];
    private readonly long _stepsMax;
    private long _order;

    internal VirtualTime(long stepsMax)
    {
        _stepsMax = stepsMax;
        Main = new Fiber(this, "main");
    }

    internal long NowMs { get; private set; }

    /// <summary>Things that happened so far.</summary>
    internal long Steps { get; private set; }

    /// <summary>The first promise that was broken, as a sentence; null while all hold.</summary>
    internal string? Failure { get; private set; }

    /// <summary>The thread that began the run.</summary>
    internal Fiber Main { get; }

    /// <summary>Does something later.</summary>
    internal void After(long milliseconds, Action action) => _queue.Enqueue(new Due(action, null, 0), (NowMs + Math.Max(0, milliseconds), _order++));

    /// <summary>Notes a broken promise; the run ends with it.</summary>
    internal void Fail(string problem) => Failure ??= problem;

    /// <summary>Runs a body on a thread of its own from now on.</summary>
    internal Fiber Start(string name, Action body)
    {
        Fiber fiber = new(this, name);
        _fibers.Add(fiber);
        fiber.Start(body);
        Wake(fiber, 0);
        return fiber;
    }

    /// <summary>Ends every thread. Called by the one that began the run.</summary>
    internal void Stop()
    {
        foreach (Fiber fiber in _fibers)
        {
            fiber.Stop(Main);
        }
    }

    /// <summary>Lets a thread's turn come after so long, unless another comes before.</summary>
    internal void Wake(Fiber fiber, long milliseconds) =>
        _queue.Enqueue(new Due(null, fiber, fiber.Turn), (NowMs + milliseconds, _order++));

    /// <summary>Makes things happen until it is the fiber's turn; where it is another's, that one goes on in its place.</summary>
    internal void PassTurn(Fiber from)
    {
        Fiber next = Advance();
        if (next != from)
        {
            next.Resume();
            from.Park();
        }
    }

    /// <summary>A fiber's body has ended: its thread hands on the turn for the last time.</summary>
    internal void LeaveTurn(Fiber from)
    {
        if (!from.Stopping)
        {
            Fail("The thread of " + from.Name + " ended by itself.");
        }

        Main.Resume();
    }

    private Fiber Advance()
    {
        while (Failure == null)
        {
            if (++Steps > _stepsMax)
            {
                Fail($"More than {_stepsMax} things happened: somebody never comes to rest.");
                break;
            }

            Due due = Dequeue();
            if (due.Action != null)
            {
                Run(due.Action);
            }
            else if (due.Turn == due.Fiber!.Turn)
            {
                due.Fiber.Turn++;
                return due.Fiber;
            }
        }

        Main.Turn++;
        return Main;
    }

    private Due Dequeue()
    {
        _queue.TryDequeue(out Due due, out (long Ms, long Order) at);
        NowMs = Math.Max(NowMs, at.Ms);
        return due;
    }

    private void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            // Nothing that happens in the world may throw: a throw is a defect of what runs in it.
            Fail("It threw: " + Describe(e));
        }
    }

    /// <summary>A throw as a sentence, with where it came from: lines of the stack differ between a first run and its replay.</summary>
    internal static string Describe(Exception e) =>
        $"{e.GetType().Name}: {e.Message} In {e.TargetSite?.DeclaringType?.Name}.{e.TargetSite?.Name}.";

    private readonly record struct Due(Action? Action, Fiber? Fiber, long Turn);
}
