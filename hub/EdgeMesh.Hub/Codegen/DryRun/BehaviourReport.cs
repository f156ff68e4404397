using System.Collections.Generic;
using System.Text.Json;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>What a program did in a dry run, as the host around the interpreter recorded it. Times are virtual, in seconds from the start.</summary>
/// <param name="Ok">Whether it ran well: no uncaught exception, within its memory, every expectation met.</param>
/// <param name="Verdict">The same as a sentence, with what is wrong first.</param>
/// <param name="DurationS">How long it ran.</param>
/// <param name="Ended">One of <see cref="DryRunEnds"/>.</param>
public sealed record BehaviourReport(bool Ok, string Verdict, double DurationS, string Ended)
{
    /// <summary>How often the device booted: more than once where the program uses deep sleep.</summary>
    public int Boots { get; init; }

    /// <summary>What the pins did.</summary>
    public IReadOnlyList<PinTimeline> Pins { get; init; } = [];

    /// <summary>What went out.</summary>
    public IReadOnlyList<PublishedMessage> Publishes { get; init; } = [];

    /// <summary>How many more went out than are listed.</summary>
    public int PublishesDropped { get; init; }

    /// <summary>Web requests, and what went out on serial lines (method UART).</summary>
    public IReadOnlyList<DeviceRequest> Requests { get; init; } = [];

    /// <summary>Its sleeps.</summary>
    public SleepSummary Sleeps { get; init; } = new(0, 0, 0);

    /// <summary>Its deep sleeps, in seconds.</summary>
    public IReadOnlyList<double> DeepsleepsS { get; init; } = [];

    /// <summary>Its loop(); a count of 0 where it has none.</summary>
    public LoopSummary Loop { get; init; } = new(0, 0, 0);

    /// <summary>Most memory found alive, in bytes, looked at while it slept; the agent's and the modules' own is not in it.</summary>
    public int HeapPeakBytes { get; init; }

    /// <summary>Exceptions that the program did not catch.</summary>
    public IReadOnlyList<UncaughtError> Exceptions { get; init; } = [];

    /// <summary>Which lines ran.</summary>
    public LineCoverage Coverage { get; init; } = new(0, 0, []);

    /// <summary>What it printed.</summary>
    public IReadOnlyList<PrintedLine> Output { get; init; } = [];

    /// <summary>How many more lines it printed, or floods of them.</summary>
    public int OutputDropped { get; init; }

    /// <summary>What came of each expectation, in their order.</summary>
    public IReadOnlyList<ExpectationResult> Expectations { get; init; } = [];

    /// <summary>What a real device might not forgive.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What came of the second compiler; null where the run ended before it answered.</summary>
    public BytecodeReport? Bytecode { get; init; }

    /// <summary>The second compiler's work as the worker hands it over; null in what others are given.</summary>
    public CompiledProgram? Compiled { get; init; }
}

/// <summary>What the second compiler, mpy-cross, made of a program.</summary>
/// <param name="Agrees">Whether its bytecode uses nothing but what the policy saw, and no native code.</param>
/// <param name="Disagreements">Where not, what else, in sentences.</param>
public sealed record BytecodeReport(bool Agrees, IReadOnlyList<string> Disagreements);

/// <summary>A compiled program.</summary>
/// <param name="Mpy">The .mpy file; null where it does not compile.</param>
/// <param name="Error">Why it does not compile; null where it does.</param>
public sealed record CompiledProgram(byte[]? Mpy = null, string? Error = null);

/// <summary>How a dry run can end.</summary>
public static class DryRunEnds
{
    /// <summary>The scenario's time was over.</summary>
    public const string Duration = "duration";

    /// <summary>The program returned; its timers and interrupts ran on.</summary>
    public const string Returned = "returned";

    /// <summary>The program slept deeply when the time was over.</summary>
    public const string Deepsleep = "deepsleep";

    /// <summary>An exception left the program.</summary>
    public const string Exception = "exception";

    /// <summary>It worked for longer than a dry run may take.</summary>
    public const string Timeout = "timeout";

    /// <summary>It needed more memory than there is.</summary>
    public const string Memory = "memory";

    /// <summary>It reached for the host around the interpreter.</summary>
    public const string RefusedCall = "refused_call";

    /// <summary>It did not feed the watchdog that it started.</summary>
    public const string Watchdog = "watchdog";

    /// <summary>It reset the device.</summary>
    public const string Reset = "reset";
}

/// <summary>What a pin did.</summary>
/// <param name="Pin">Its number.</param>
/// <param name="Kind"><c>out</c> or <c>in</c> (level), <c>pwm</c> (duty in %, frequency in Hz), <c>dac</c> (0 to 255), <c>neopixel</c> (lit pixels, hex of the colours).</param>
/// <param name="Transitions">Each: time, value, and for some kinds more.</param>
/// <param name="Dropped">How many more there were.</param>
public sealed record PinTimeline(int Pin, string Kind, IReadOnlyList<JsonElement> Transitions, int Dropped);

/// <summary>Something that went out.</summary>
/// <param name="AtS">When.</param>
/// <param name="Kind"><c>telemetry</c>, <c>state</c>, <c>log</c>, <c>response</c>, or <c>mqtt</c> for the program's own client.</param>
/// <param name="Sent">Whether the broker was there to take it.</param>
public sealed record PublishedMessage(double AtS, string Kind, bool Sent)
{
    /// <summary>The readings.</summary>
    public JsonElement? Values { get; init; }

    /// <summary>The topic of the program's own client.</summary>
    public string? Topic { get; init; }

    /// <summary>The text of what has no readings.</summary>
    public string? Payload { get; init; }
}

/// <summary>A request that the program made.</summary>
/// <param name="AtS">When.</param>
/// <param name="Method">Its method, or UART.</param>
/// <param name="Url">Its address, or the number of the serial line.</param>
public sealed record DeviceRequest(double AtS, string Method, string Url)
{
    /// <summary>What was sent.</summary>
    public string? Body { get; init; }

    /// <summary>What was answered; 0 for nothing.</summary>
    public int? Status { get; init; }
}

/// <summary>A program's sleeps, in seconds.</summary>
public sealed record SleepSummary(int Count, double TotalS, double LongestS);

/// <summary>A program's loop(): how often it ran, and how far apart it began, in seconds.</summary>
public sealed record LoopSummary(int Count, double PeriodSMedian, double PeriodSMax);

/// <summary>An exception that the program did not catch.</summary>
/// <param name="AtS">When.</param>
/// <param name="Type">Its class.</param>
/// <param name="Message">Its text.</param>
/// <param name="Line">The line of the program; 0 where none is known.</param>
/// <param name="Caught">Always false: of those that are caught, nothing is seen.</param>
/// <param name="Where"><c>program</c>, which it ended, or <c>callback</c>, after which the device goes on.</param>
public sealed record UncaughtError(double AtS, string Type, string Message, int Line, bool Caught, string Where);

/// <summary>Which lines that begin with a simple statement ran; headers such as <c>if</c> and <c>def</c> are not counted.</summary>
public sealed record LineCoverage(int LinesRun, int LinesTotal, IReadOnlyList<int> Missed);

/// <summary>A line that the program printed.</summary>
public sealed record PrintedLine(double AtS, string Text);

/// <summary>What came of an expectation.</summary>
/// <param name="Expect">The expectation.</param>
/// <param name="Met">Whether it was met.</param>
/// <param name="Sentence">What was seen.</param>
public sealed record ExpectationResult(Expectation Expect, bool Met, string Sentence);
