using System;
using System.Reflection;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Programs;

/// <summary>What became of a program's step.</summary>
internal delegate void ProgramEvent(string fault);

/// <summary>Starts the program, calls its loop, and starts it again after a while when an exception ends it.</summary>
internal sealed class ProgramRunner
{
    /// <summary>Shortest time between two calls of the loop, in milliseconds: one that returns at once must not eat the board.</summary>
    internal const long LoopIntervalMs = 10;

    private readonly Board _board;
    private readonly IProgramContext _context;
    private readonly ProgramEvent _event;
    private readonly Backoff _backoff;
    private ProgramConstructor? _constructor;
    private string _problem = "";
    private IProgram? _program;
    private bool _toldRunning;
    private bool _calling;

    internal ProgramRunner(Board board, IProgramContext context, ProgramEvent told)
    {
        _board = board;
        _context = context;
        _event = told;
        _backoff = new Backoff(board.Crypto);
    }

    /// <summary>When it wants to be polled, in milliseconds; <see cref="long.MaxValue"/> where there is no program.</summary>
    internal long DueMs { get; private set; } = long.MaxValue;

    /// <summary>Loads the image; the program starts with the next poll.</summary>
    internal void Load(byte[] image)
    {
        _constructor = _board.Loader.Load(image, out _problem);
        DueMs = 0;
    }

    /// <summary>Starts the program, or calls its loop once, when that is due.</summary>
    internal void Poll()
    {
        if (_calling || _board.Clock.NowMs < DueMs)
        {
            return;
        }

        _calling = true;
        string fault = Call();
        _calling = false;
        if (fault.Length == 0)
        {
            DueMs = _board.Clock.NowMs + LoopIntervalMs;
            return;
        }

        _program = null;
        _toldRunning = false;
        long waitMs = _backoff.NextMs();
        DueMs = _board.Clock.NowMs + waitMs;
        _board.Log.Write(LogLevel.Error, "The program ended and starts again in " + waitMs.ToString() + " ms: " + fault);
        _event(fault);
    }

    /// <summary>The program sleeps, or its loop has run: it counts as running.</summary>
    internal void TellRunning()
    {
        if (!_toldRunning)
        {
            _toldRunning = true;
            _event("");
        }
    }

    private string Call()
    {
        try
        {
            if (_constructor == null)
            {
                return _problem;
            }

            if (_program == null)
            {
                _program = _constructor();
                _program.Setup(_context);
            }
            else
            {
                _program.Loop();
                _backoff.Reset();
                TellRunning();
            }

            return "";
        }
        catch (TargetInvocationException e) when (e.InnerException != null && e.InnerException is not BoardResetException)
        {
            return Describe(e.InnerException);
        }
        catch (Exception e) when (e is not BoardResetException)
        {
            // Whatever a program throws is its own fault, and must not end the client that can replace it.
            return Describe(e);
        }
    }

    private static string Describe(Exception e) => e.GetType().Name + ": " + e.Message;
}
