using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace EdgeMesh.Simulation.MicroPython;

/// <summary>A Node process that runs one board at a time on the real MicroPython interpreter. Boards of many seeds share a few of them.</summary>
internal sealed class Interpreter
{
    /// <summary>Status of an answer: the board has no power any more.</summary>
    internal const int PowerIsOff = -1000;

    private const int AnswerHeadBytes = 4 + 4 + 8 + 3;

    // In wall-clock time: what runs there is code of a device, which could loop for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentBag<Interpreter> Idle = [];
    private readonly Process _process;
    private readonly Stream _to;
    private readonly Stream _from;
    private readonly Timer _patience;

    private Interpreter()
    {
        string script = Path.Combine(Root(), "tests", "EdgeMesh.Simulation", "MicroPython", "interpreter", "server.mjs");
        _process = Process.Start(new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _to = _process.StandardInput.BaseStream;
        _from = _process.StandardOutput.BaseStream;
        _patience = new Timer(_ => _process.Kill());
    }

    /// <summary>One that runs no board.</summary>
    internal static Interpreter Rent() => Idle.TryTake(out Interpreter? idle) ? idle : new Interpreter();

    /// <summary>Gives it back, waiting for what to boot next.</summary>
    internal void Return() => Idle.Add(this);

    /// <summary>Ends it: what it ran cannot be trusted to have stopped.</summary>
    internal void End()
    {
        _process.Kill();
        _process.Dispose();
        _patience.Dispose();
    }

    /// <summary>Boots a board.</summary>
    internal void Boot(byte[] what)
    {
        byte[] head = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(head, what.Length);
        _to.Write(head);
        _to.Write(what);
        _to.Flush();
    }

    /// <summary>The board's next question.</summary>
    internal Question Read()
    {
        _patience.Change(Patience, Timeout.InfiniteTimeSpan);
        byte[] length = new byte[4];
        _from.ReadExactly(length);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        _from.ReadExactly(frame);
        _patience.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        List<byte[]> words = [];
        for (int at = 3; at < frame.Length;)
        {
            int count = BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(at));
            words.Add(frame[(at + 4)..(at + 4 + count)]);
            at += 4 + count;
        }

        return new Question((QuestionKind)frame[0], frame[1] != 0, frame[2], words);
    }

    /// <summary>Answers it.</summary>
    internal void Answer(int status, long nowMs, int spell, bool waiting, bool connected, byte[] payload)
    {
        byte[] frame = new byte[AnswerHeadBytes + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - 4);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), status);
        BinaryPrimitives.WriteDoubleLittleEndian(frame.AsSpan(8), nowMs);
        frame[16] = (byte)spell;
        frame[17] = waiting ? (byte)1 : (byte)0;
        frame[18] = connected ? (byte)1 : (byte)0;
        payload.CopyTo(frame, AnswerHeadBytes);
        _to.Write(frame);
        _to.Flush();
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "EdgeMesh.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The simulation runs inside the repository.");
    }
}

/// <summary>What a board asks of the simulation: <c>QUESTIONS</c> of <c>interpreter/link.mjs</c>, in its order.</summary>
internal enum QuestionKind
{
    Ended,
    Log,
    Wait,
    Sleep,
    Busy,
    Connect,
    Subscribe,
    Publish,
    Receive,
    Close,
    Read,
    Create,
    Write,
    Flush,
    Remove,
    Rename,
    Random,
    Reset,
    Runs,
    Hang,
    CutOff,
    Command,
    Watchdog,
}

/// <summary>A question, with whether the watchdog was fed since the one before, and what the agent says of itself.</summary>
internal sealed record Question(QuestionKind Kind, bool Fed, int Flags, List<byte[]> Words);
