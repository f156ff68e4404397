using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>What a program may do to the board and the network: pins, duties, sleeps, hosts, Wi-Fi.</summary>
internal sealed class HardwareRules(Facts facts, Solver solver, Findings findings, PolicyOptions options)
{
    // machine.Pin.IN of the ESP32.
    private const int PinIn = 1;
    private static readonly string[] PinKeywords = ["tx", "rx", "rts", "cts", "scl", "sda", "sck", "mosi", "miso", "ws", "sd", "mck", "pin"];
    // Clocks of the ESP32 at which the radio works.
    private static readonly BigInteger[] Frequencies = [80_000_000, 160_000_000, 240_000_000];
    private readonly PolicyData _data = options.Data;
    private readonly Board _board = options.Pins;

    internal void Check()
    {
        Handed();
        foreach ((PrimaryExpr primary, Space space) in facts.Primaries)
        {
            for (int i = 0; i < primary.Trailers.Length; i++)
            {
                Possible before = solver.Along(primary, i, space);
                if (primary.Trailers[i] is CallTrailer call)
                {
                    foreach (object value in before.Values)
                    {
                        if (value is Imported or Derived)
                        {
                            Call(value is Imported imported ? imported.Path : ((Derived)value).Path, call, space);
                        }
                    }

                    if (i > 0 && primary.Trailers[i - 1] is AttributeTrailer method && Judged.Contains(method.Name))
                    {
                        Method(solver.Along(primary, i - 1, space), method.Name, call, space);
                    }
                }
                else if (primary.Trailers[i] is AttributeTrailer { Name: var name } && (i + 1 == primary.Trailers.Length || primary.Trailers[i + 1] is not CallTrailer))
                {
                    Taken(before, name, primary);
                }
            }
        }
    }

    // Something that is judged by its arguments may not be called by others, who are not seen to give them.
    private void Handed()
    {
        foreach ((Expr value, Space space) in facts.Handed)
        {
            foreach (string path in solver.Of(value, space).Values.Select(v => v switch { Imported imported => imported.Path, Derived derived => derived.Path, _ => "" }))
            {
                if (path == "machine.Pin")
                {
                    findings.Add("pin-computed", value, "Which pins others make with this is not known before the program runs.");
                }
                else if (path is "machine.deepsleep" or "machine.lightsleep")
                {
                    findings.Add("sleep-time", value, "For how long others call this is not known before the program runs.");
                }
                else if (path is "network.WLAN")
                {
                    findings.Add("wifi", value, "What others open with this is not known before the program runs.");
                }
                else if (path.StartsWith("requests.", StringComparison.Ordinal) || path is "socket.getaddrinfo" or "asyncio.open_connection" || path.EndsWith(".MQTTClient", StringComparison.Ordinal))
                {
                    findings.Add("host-computed", value, "To whom others connect with this is not known before the program runs.");
                }
            }
        }
    }

    // A method that is judged by its arguments, kept to be called elsewhere.
    private void Taken(Possible receiver, string name, Node node)
    {
        foreach (object value in receiver.Values)
        {
            switch (value)
            {
                case Imported { Path: "machine.Pin" } when name is "board" or "cpu": findings.Add("pin-computed", node, "A pin is named by its number."); break;
                case Made { Path: "network.WLAN" } when name is "connect" or "disconnect" or "active" or "config" or "ifconfig" or "ipconfig":
                    findings.Add("wifi", node, $"{name} is used as a value; what it is called with cannot be seen then.");
                    break;
                case Made { Path: "machine.PWM" } when name is "duty" or "duty_u16" or "duty_ns" or "init":
                    findings.Add("duty", node, $"{name} is used as a value; what it is called with cannot be seen then.");
                    break;
                case Made { Path: "socket.socket" } when name is "connect" or "sendto":
                    findings.Add("host-computed", node, $"{name} is used as a value; what it is called with cannot be seen then.");
                    break;
            }
        }
    }

    private void Call(string path, CallTrailer call, Space space)
    {
        switch (path)
        {
            case ".getattr" when call.Arguments is [var of, { Value: var asked }, ..]:
                foreach (string name in solver.Of(asked, space).Values.OfType<string>())
                {
                    Taken(solver.Of(of.Value, space), name, call);
                }

                break;
            case "math.factorial" when call.Arguments is [{ } n] && solver.Of(n.Value, space).Values.Any(v => v is BigInteger big && big > 1000):
                findings.Add("memory", call, "This is a number of thousands of digits.");
                break;
            case "machine.Pin":
                // Without a number a Pin cannot be made: arguments that are unpacked hide it.
                Pin(Given(call, 0, "id") is { } id ? id : null, call, space, Drives(call, space), certain: true);
                break;
            case "machine.ADC" or "machine.TouchPad":
                Pin(Given(call, 0, "pin"), call, space, false, certain: true);
                break;
            case "machine.SoftI2C" when call.Arguments is [{ Kind: ArgumentKind.Positional }, ..]:
                Pin(Given(call, 0, "scl"), call, space, true, certain: false);
                Pin(Given(call, 1, "sda"), call, space, true, certain: false);
                break;
            case "machine.PWM" or "machine.DAC" or "machine.Signal" or "neopixel.NeoPixel" or "apa106.APA106" or "dht.DHT11" or "dht.DHT22" or "onewire.OneWire":
                Pin(Given(call, 0, "pin"), call, space, true, certain: false);
                Duties(call, space);
                break;
            case "machine.freq": Frequency(call, space); break;
            case "machine.Timer": Period(call, space); break;
            case "machine.time_pulse_us": Pin(Given(call, 0, "pin"), call, space, false, certain: false); break;
            case "machine.UART":
                if (solver.Of(Given(call, 0, "id") ?? call.Arguments.FirstOrDefault()?.Value ?? new IntegerLiteral(call.Span, 0, "0"), space) is var port
                    && (!port.IsComplete || port.Values.Any(v => v is not BigInteger { IsZero: false })))
                {
                    findings.Add("console", call, "UART 0 is the console's, or which UART it is is not known.");
                }

                break;
            case "machine.deepsleep" or "machine.lightsleep": Sleep(path, call, space); break;
            case "network.WLAN": Station(call, space); break;
            case "umqtt.simple.MQTTClient" or "umqtt.robust.MQTTClient": Host(Given(call, 1, "server"), call, space, isClient: true); break;
            case "requests.get" or "requests.post" or "requests.put" or "requests.patch" or "requests.delete" or "requests.head": Host(Given(call, 0, "url"), call, space, isClient: true); break;
            case "requests.request": Host(Given(call, 1, "url"), call, space, isClient: true); break;
            case "socket.getaddrinfo" or "asyncio.open_connection": Host(Given(call, 0, "host"), call, space, isClient: false); break;
            case ".bytearray" or ".bytes": Memory(Given(call, 0, "size"), call, space); break;
            case ".pow" when call.Arguments.Length == 2 && solver.Of(call.Arguments[1].Value, space).Values.Any(v => v is BigInteger big && big > 4096):
                findings.Add("memory", call, "This power is a number of thousands of digits.");
                break;
        }

        if (path[0] != '.' && path is "machine.UART" or "machine.I2C" or "machine.SoftI2C" or "machine.SPI" or "machine.SoftSPI" or "machine.I2S")
        {
            foreach (Argument argument in call.Arguments.Where(a => a.Name is NameExpr name && PinKeywords.Contains(name.Id)))
            {
                Pin(argument.Value, call, space, ((NameExpr)argument.Name!).Id is not ("rx" or "miso" or "cts"), certain: false);
            }
        }
    }

    private static Expr? Given(CallTrailer call, int index, string name)
    {
        int position = 0;
        foreach (Argument argument in call.Arguments)
        {
            if (argument.Kind == ArgumentKind.Keyword ? argument.Name is NameExpr keyword && keyword.Id == name : argument.Kind == ArgumentKind.Positional && position++ == index)
            {
                return argument.Value;
            }
        }

        return null;
    }

    private bool Drives(CallTrailer call, Space space)
    {
        Expr? mode = Given(call, 1, "mode");
        return mode is not null && solver.Of(mode, space).Values.Any(v => v switch
        {
            Imported { Path: var path } => !path.EndsWith(".IN", StringComparison.Ordinal),
            BigInteger number => number != PinIn,
            _ => false,
        });
    }

    private void Pin(Expr? number, CallTrailer call, Space space, bool drives, bool certain)
    {
        if (number is null)
        {
            if (certain)
            {
                findings.Add("pin-computed", call, "Which pin this is, is not known before the program runs.");
            }

            return;
        }

        Possible pins = solver.Of(number, space);
        foreach (object value in pins.Values)
        {
            switch (value)
            {
                case BigInteger pin: Judge(pin, number, drives); break;
                case Made { Path: "machine.Pin" } made when !certain || drives || made.Call != call:
                    if (Given(made.Call, 0, "id") is { } id)
                    {
                        Pin(id, made.Call, made.Space, drives, certain: false);
                    }

                    break;
                case string or Singleton or double when certain: findings.Add("pin-missing", number, "A pin is named by its number on this board."); break;
            }
        }

        if (certain && (!pins.IsComplete || pins.Values.Any(v => v is not (BigInteger or string or Singleton or double or Made { Path: "machine.Pin" }))))
        {
            findings.Add("pin-computed", number, "Which pin this is, is not known before the program runs.");
        }
    }

    private void Judge(BigInteger number, Node node, bool drives)
    {
        int pin = number < 0 || number > 1000 ? -1 : (int)number;
        if (_board.Reserved.Contains(pin))
        {
            findings.Add("pin-reserved", node, $"Pin {number} is the {options.Board}'s own: flash or memory hang on it.");
        }
        else if (!_board.Pins.Contains(pin))
        {
            findings.Add("pin-missing", node, $"The {options.Board} has no pin {number}.");
        }
        else if (_board.Used.Contains(pin) || options.UsedPins?.Contains(pin) == true)
        {
            findings.Add("pin-used", node, $"Another program uses pin {number}.");
        }
        else if (drives && _board.InputOnly.Contains(pin))
        {
            findings.Add("pin-input-only", node, $"Pin {number} can only be read.");
        }
        else if (drives && _board.Strapping.Contains(pin))
        {
            findings.Add("strapping-pin", node, $"Pin {number} is read when the board starts.");
        }
        else if (_board.Console.Contains(pin))
        {
            findings.Add("console-pin", node, $"Pin {number} is the console's.");
        }
    }

    private void Duties(CallTrailer call, Space space)
    {
        Duty(Given(call, 2, "duty"), 1023, space);
        Duty(Given(call, 99, "duty_u16"), 65535, space);
        Duty(Given(call, 99, "duty_ns"), PeriodNs(call, space), space);
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
        if (fast)
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

    private void Station(CallTrailer call, Space space)
    {
        Possible mode = call.Arguments.IsEmpty ? Possible.Nothing : Given(call, 0, "interface_id") is { } id ? solver.Of(id, space) : Possible.Anything;
        bool station = mode.IsComplete && mode.Values.All(v => v is BigInteger { IsZero: true } or Imported { Path: "network.STA_IF" or "network.WLAN.IF_STA" });
        if (!station)
        {
            findings.Add("wifi", call, "Only the station that the agent keeps may be looked at; an access point may not be opened.");
        }
    }

    // Methods that are judged, whatever their object.
    private static readonly HashSet<string> Judged =
        ["connect", "disconnect", "active", "config", "ifconfig", "ipconfig", "sendto", "duty", "duty_u16", "duty_ns", "init", "center", "__init__"];

    private void Method(Possible receiver, string method, CallTrailer call, Space space)
    {
        bool wlan = receiver.Values.Any(v => v is Made { Path: "network.WLAN" });
        bool socket = receiver.Values.Any(v => v is Made { Path: "socket.socket" or "ssl.wrap_socket" });
        bool client = receiver.IsComplete && receiver.Values.All(v => v is Made { Path: "umqtt.simple.MQTTClient" or "umqtt.robust.MQTTClient" or "socket.socket" });
        bool unknown = !client && !wlan && facts.Imports.Exists(i => i.Module == "network") && !receiver.IsComplete;
        switch (method)
        {
            case "connect" or "disconnect" when wlan || (unknown && method == "connect" && call.Arguments.Length > 1):
                findings.Add("wifi", call, "The Wi-Fi is the agent's to connect and to leave.");
                break;
            case "active" when wlan && !call.Arguments.IsEmpty && !(call.Arguments is [{ Value: SingletonLiteral { Value: Singleton.True } or IntegerLiteral { Value.IsOne: true } }]):
                findings.Add("wifi", call, "The Wi-Fi is the agent's to switch.");
                break;
            case "config" or "ifconfig" or "ipconfig" when (wlan || unknown) && call.Arguments.Any(a => method == "ifconfig" || a.Kind != ArgumentKind.Positional):
                findings.Add("wifi", call, "The Wi-Fi's settings are the agent's.");
                break;
            case "connect" or "sendto" when socket || (facts.Imports.Exists(i => Modules.Canonical(i.Module) == "socket") && !client):
                Address(call.Arguments.Length == 0 ? null : call.Arguments[method == "connect" ? 0 : ^1].Value, call, space);
                break;
            case "init" when receiver.Values.Any(v => v is Made { Path: "machine.Timer" }): Period(call, space); break;
            case "duty" when receiver.Values.Any(v => v is Made { Path: "machine.PWM" }): Duty(Given(call, 0, "duty"), 1023, space); break;
            case "init" when receiver.Values.Any(v => v is Made { Path: "machine.PWM" }): Duties(call, space); break;
            case "duty_ns" when receiver.Values.OfType<Made>().FirstOrDefault(v => v.Path == "machine.PWM") is { } pwm:
                Duty(Given(call, 0, "duty_ns"), PeriodNs(pwm.Call, pwm.Space), space);
                break;
            case "center" when Given(call, 0, "width") is { } width: Memory(width, call, space); break;
            case "__init__" when Class(space) is { } around:
                bool super = receiver.Values.Any(v => v is Made { Path: ".super" });
                foreach (string path in super ? solver.Ancestors((ClassStmt)around.Node!, around.Parent!) : receiver.Values.OfType<Imported>().Select(v => v.Path))
                {
                    Call(path, super ? call : call with { Arguments = call.Arguments.IsEmpty ? [] : call.Arguments.RemoveAt(0) }, space);
                }

                break;
            case "duty_u16" when receiver.Values.Any(v => v is Made { Path: "machine.PWM" }): Duty(Given(call, 0, "duty_u16"), 65535, space); break;
            case "init" when receiver.Values.Any(v => v is Made { Path: "machine.Pin" }) && (Given(call, 0, "mode") is { } mode)
                && solver.Of(mode, space).Values.Any(v => v is Imported { Path: var path } && !path.EndsWith(".IN", StringComparison.Ordinal)):
                foreach (Made pin in receiver.Values.OfType<Made>().Where(m => m.Path == "machine.Pin"))
                {
                    Pin(Given(pin.Call, 0, "id"), pin.Call, pin.Space, true, certain: false);
                }

                break;
        }
    }

    private static Space? Class(Space? space)
    {
        while (space is not null && space.Node is not ClassStmt)
        {
            space = space.Parent;
        }

        return space;
    }

    // socket.connect takes (host, port), or what getaddrinfo gave for a host that was looked at there.
    private void Address(Expr? address, CallTrailer call, Space space)
    {
        if (address is null)
        {
            return;
        }

        Possible where = solver.Of(address, space);
        foreach (object value in where.Values)
        {
            if (value is Container { Expr: TupleExpr { Items: [var host, ..] } } pair)
            {
                Host(host, call, pair.Space, isClient: false);
            }
        }

        bool looked = LookedUp(address, space, 0);
        if (!looked && (!where.IsComplete || where.Values.IsEmpty || where.Values.Any(v => v is not Container)))
        {
            findings.Add("host-computed", call, "Whom this connects to is not known before the program runs.");
        }
    }

    // socket.getaddrinfo(…)[0][-1], itself or by a name that is given nothing else.
    private bool LookedUp(Expr address, Space space, int depth) => depth < 4 && address switch
    {
        PrimaryExpr primary when primary.Trailers is [.., CallTrailer, IndexTrailer, IndexTrailer] =>
            solver.Along(primary, primary.Trailers.Length - 3, space) is { IsComplete: true, Values: [Imported { Path: "socket.getaddrinfo" }] },
        PrimaryExpr { Trailers: [IndexTrailer, IndexTrailer] or [IndexTrailer] } primary => LookedUp(primary.Value, space, depth + 1, primary.Trailers.Length),
        NameExpr name when space.Find(name.Id) is { IsOpaque: false, Parameter: null, Iterated.Count: 0, Values.Count: > 0 } symbol =>
            symbol.Values.TrueForAll(site => LookedUp(site.Expr, site.Space, depth + 1)),
        _ => false,
    };

    private bool LookedUp(Expr list, Space space, int depth, int indices) => depth < 4 && list switch
    {
        NameExpr name when space.Find(name.Id) is { IsOpaque: false, Parameter: null, Iterated.Count: 0, Values.Count: > 0 } symbol =>
            symbol.Values.TrueForAll(site => LookedUp(site.Expr, site.Space, depth + 1, indices)),
        PrimaryExpr primary when indices == 2 && primary.Trailers[^1] is CallTrailer =>
            solver.Along(primary, primary.Trailers.Length - 1, space) is { IsComplete: true, Values: [Imported { Path: "socket.getaddrinfo" }] },
        PrimaryExpr primary when indices == 1 && primary.Trailers is [.., CallTrailer, IndexTrailer] =>
            solver.Along(primary, primary.Trailers.Length - 2, space) is { IsComplete: true, Values: [Imported { Path: "socket.getaddrinfo" }] },
        _ => false,
    };

    private void Host(Expr? host, CallTrailer call, Space space, bool isClient)
    {
        Possible hosts = host is null ? Possible.Anything : solver.Of(host, space);
        foreach (object value in hosts.Values)
        {
            string? name = value switch { string text => Hosts.Of(text, true), Beginning beginning => Hosts.Of(beginning.Text, false), _ => null };
            if (name is null)
            {
                findings.Add("host-computed", (Node?)host ?? call, "Which host this is, is not known before the program runs.");
            }
            else if (!Hosts.IsAllowed(name, _data, isClient))
            {
                findings.Add("host", (Node?)host ?? call, $"The host {name} is not allowed.", $"--allow-host {name} allows it for a call, the policy's list of hosts for ever");
            }
        }

        if (!hosts.IsComplete || (host is null && hosts.Values.IsEmpty))
        {
            findings.Add("host-computed", (Node?)host ?? call, "Which host this is, is not known before the program runs.");
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

/// <summary>Hosts and the list of them.</summary>
internal static class Hosts
{
    /// <summary>The host of an address or a URL; null where the text ends before the host does.</summary>
    internal static string? Of(string text, bool complete)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? text : text[(scheme + 3)..];
        int end = rest.IndexOfAny(['/', '?', '#', '\\']);
        if (end < 0 && !complete)
        {
            return null;
        }

        rest = end < 0 ? rest : rest[..end];
        rest = rest[(rest.LastIndexOf('@') + 1)..];
        int port = rest.LastIndexOf(':');
        return (port < 0 ? rest : rest[..port]).ToLowerInvariant();
    }

    internal static bool IsAllowed(string host, PolicyData data, bool isClient) =>
        data.List("hosts").Concat(isClient ? data.List("client_hosts") : []).Any(pattern =>
            pattern.StartsWith("*.", StringComparison.Ordinal) ? host.EndsWith(pattern[1..], StringComparison.Ordinal)
            : pattern.EndsWith(".*", StringComparison.Ordinal) ? IsAddress(host) && host.StartsWith(pattern[..^1], StringComparison.Ordinal)
            : host == pattern);

    // A name such as 10.evil.example begins as an address does.
    private static bool IsAddress(string host) => host.Split('.') is { Length: 4 } parts && parts.All(p => byte.TryParse(p, out _) && (p.Length == 1 || p[0] != '0'));
}
