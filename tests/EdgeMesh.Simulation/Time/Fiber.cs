using System;
using System.Threading;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Simulation.Time;

/// <summary>Ends a device's thread when its run is over.</summary>
internal sealed class RunOverException() : BoardResetException("The run is over.");

/// <summary>A thread that runs only when it is its turn.</summary>
internal sealed class Fiber(VirtualTime time, string name)
{
    private const int StackBytes = 1 << 20;
    private readonly SemaphoreSlim _turn = new(0);
    private Thread? _thread;

    internal string Name => name;

    /// <summary>Whether the run is over for it.</summary>
    internal bool Stopping { get; private set; }

    /// <summary>Turns so far: a wake-up meant for an earlier one is void.</summary>
    internal long Turn { get; set; }

    /// <summary>Waits so long, or until somebody wakes it; the world goes on meanwhile.</summary>
    internal void Wait(long milliseconds)
    {
        if (!Stopping)
        {
            time.Wake(this, milliseconds);
            time.PassTurn(this);
        }

        if (Stopping)
        {
            throw new RunOverException();
        }
    }

    internal void Start(Action body)
    {
        _thread = new Thread(() => Live(body), StackBytes) { IsBackground = true, Name = name };
        _thread.Start();
    }

    internal void Resume() => _turn.Release();

    internal void Park() => _turn.Wait();

    internal void Stop(Fiber main)
    {
        Stopping = true;
        if (_thread!.IsAlive)
        {
            Resume();
            main.Park();
            _thread.Join();
        }
    }

    private void Live(Action body)
    {
        Park();
        try
        {
            if (!Stopping)
            {
                body();
            }
        }
        catch (RunOverException)
        {
            // The stack is unwound; that was all.
        }
        catch (Exception e)
        {
            time.Fail(name + " died: " + VirtualTime.Describe(e));
        }

        time.LeaveTurn(this);
    }
}
