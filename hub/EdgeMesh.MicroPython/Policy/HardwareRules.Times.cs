using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class HardwareRules
{
    private void Duties(CallTrailer call, Space space)
    {
        Unpacked(call);
        Duty(Given(call, 2, "duty"), 1023, space);
        Duty(Given(call, 99, "duty_u16"), 65535, space);
        Duty(Given(call, 99, "duty_ns"), PeriodNs(call, space), space);
    }

    private void Unpacked(CallTrailer call)
    {
        if (Unpacks(call))
        {
            findings.Add("duty", call, "Which duty this is, is not known before the program runs.");
        }
    }

    private long PeriodNs(CallTrailer call, Space space) =>
        Given(call, 1, "freq") is { } freq && solver.Of(freq, space) is { IsComplete: true, Values: [BigInteger { Sign: > 0 } hertz] } && hertz < 1_000_000_000
            ? 1_000_000_000 / (long)hertz : 1_000_000_000;

    private void Duty(Expr? duty, long full, Space space)
    {
        long percent = _board.DutyPercent ?? _data.Limit("duty_percent");
        if (duty is not null && solver.Of(duty, space).Values.Any(v => (v is BigInteger i && (i.Sign < 0 || i * 100 > full * percent)) || (v is double d && d * 100 > full * percent)))
        {
            findings.Add("duty", duty, $"This duty is beyond {percent} % of {full}.");
        }
    }

    private void Frequency(CallTrailer call, Space space)
    {
        Possible frequency = call.Arguments switch { [] => Possible.Nothing, [{ Kind: ArgumentKind.Positional } only] => solver.Of(only.Value, space), _ => Possible.Anything };
        if (!frequency.IsComplete || frequency.Values.Any(v => v is not BigInteger hertz || !Frequencies.Contains(hertz)))
        {
            findings.Add("module-name", call, "The clock may be 80, 160 or 240 MHz: slower, the Wi-Fi is lost.");
        }
    }

    private void Period(CallTrailer call, Space space)
    {
        long least_ms = _data.Limit("timer_least_ms");
        bool fast = Given(call, 99, "period") is { } period && solver.Of(period, space).Values.Any(v => v is BigInteger ms && ms < least_ms);
        fast |= Given(call, 99, "freq") is { } freq && solver.Of(freq, space).Values.Any(v => (v is BigInteger hertz && hertz * least_ms > 1000) || (v is double real && real * least_ms > 1000));
        if (fast || Unpacks(call))
        {
            findings.Add("timer-fast", call, $"A timer may not call more often than every {least_ms} ms.");
        }
    }

    private void Sleep(string path, CallTrailer call, Space space)
    {
        (long least, long most) = (_data.Limit("sleep_least_ms"), _data.Limit("sleep_most_ms"));
        Possible time = call.Arguments is [{ Kind: not (ArgumentKind.Star or ArgumentKind.DoubleStar) } only] ? solver.Of(only.Value, space) : Possible.Anything;
        if (!time.IsComplete || time.Values.IsEmpty || time.Values.Any(v => v is not BigInteger ms || ms < least || ms > most))
        {
            findings.Add("sleep-time", call, $"{path} needs a time from {least} to {most} ms that is known before the program runs.");
        }
    }

    // A slot of a list takes four bytes: what is run through is not larger than the memory for it.
    private void Elements(Possible source, long each, Node node)
    {
        foreach (Made range in source.Values.OfType<Made>().Where(v => v.Path == ".range"))
        {
            bool large = range.Call.Arguments.Any(a => a.Kind == ArgumentKind.Positional && solver.Of(a.Value, range.Space).Values.Any(v => v is BigInteger end && end * each * 4 > _data.Limit("allocation_bytes")));
            if (large)
            {
                findings.Add("memory", node, $"This takes more than {_data.Limit("allocation_bytes")} bytes at once.");
            }
        }
    }

    // [[0] * 320 for _ in range(240)]
    private void Listed()
    {
        foreach ((Comprehension made, Space space) in facts.Comprehensions)
        {
            if (made.Kind != ComprehensionKind.Generator && made.Clauses.Length == 1)
            {
                long each = made.Element is BinaryExpr { Operators: ["*"], Operands: [ListExpr, var count] } && solver.Of(count, space) is { IsComplete: true, Values: [BigInteger { Sign: > 0 } n] } && n < 1_000_000
                    ? (long)n : 1;
                Elements(solver.Of(made.Clauses[0].Source, space), each, made);
            }
        }
    }

    private void Memory(Expr? size, CallTrailer call, Space space)
    {
        if (size is not null && solver.Of(size, space).Values.Any(v => v is BigInteger bytes && bytes > _data.Limit("allocation_bytes")))
        {
            findings.Add("memory", call, $"This takes more than {_data.Limit("allocation_bytes")} bytes at once.");
        }
    }
}
