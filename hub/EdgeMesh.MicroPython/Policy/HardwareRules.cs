using System;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>What a program may do to the board and the network: pins, duties, sleeps, hosts, Wi-Fi.</summary>
internal sealed partial class HardwareRules(Facts facts, Solver solver, Findings findings, PolicyOptions options)
{
    // Clocks of the ESP32 at which the radio works.
    private static readonly BigInteger[] Frequencies = [80_000_000, 160_000_000, 240_000_000];

    // ports/esp32/machine_uart.c takes these where no others are given.
    private const int Uart1Tx = 10;
    private const int Uart1Rx = 9;
    private readonly PolicyData _data = options.Data;
    private readonly Board _board = options.Pins;

    internal void Check()
    {
        Handed();
        Brokers();
        Listed();
        foreach ((PrimaryExpr primary, Space space, bool _) in facts.Primaries)
        {
            Possible[] along = solver.Along(primary, space);
            for (int i = 0; i < primary.Trailers.Length; i++)
            {
                Possible before = along[i];
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
                        Method(along[i - 1], method.Name, call, space);
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
            foreach (object possible in solver.Of(value, space).Values)
            {
                string path = possible switch { Imported imported => imported.Path, Derived derived => derived.Path, _ => "" };
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
            case ".setattr" when call.Arguments is [var of, { Value: var asked }, { Value: var given }] && _brokers && solver.Of(asked, space).Values.Any(v => v is "server" or "addr"):
                Host(given, call, space, isClient: true);
                break;
            case ".getattr" when call.Arguments is [var of, { Value: var asked }, ..]:
                foreach (string name in solver.Of(asked, space).Values.OfType<string>())
                {
                    Taken(solver.Of(of.Value, space), name, call);
                }

                break;
            case "math.factorial" when call.Arguments is [{ } n] && solver.Of(n.Value, space).Values.Any(v => v is BigInteger big && big > 1000):
                findings.Add("memory", call, "This is a number of thousands of digits.");
                break;
            case "machine.Pin": Pin(Given(call, 0, "id"), call, space, Drives(call, space), certain: true, required: true); break;
            case "machine.ADC" or "machine.TouchPad": Pin(Given(call, 0, "pin"), call, space, false, certain: true, required: true); break;
            case "machine.SoftI2C" when call.Arguments is [{ Kind: ArgumentKind.Positional }, ..]:
                Pin(Given(call, 0, "scl"), call, space, true, certain: true);
                Pin(Given(call, 1, "sda"), call, space, true, certain: true);
                break;
            case "machine.PWM" or "machine.DAC" or "machine.Signal" or "machine.bitstream" or "dht.DHT11" or "dht.DHT22" or "dht.DHTBase":
                Pin(Given(call, 0, "pin"), call, space, true, certain: true, required: true);
                Duties(call, space);
                break;
            case "neopixel.NeoPixel" or "apa106.APA106" or "onewire.OneWire":
                Pin(Given(call, 0, "pin"), call, space, true, certain: false);
                Memory(Given(call, 1, "n"), call, space);
                break;
            case "machine.Counter": Pin(Given(call, 1, "src"), call, space, false, certain: true); break;
            case "machine.Encoder":
                Pin(Given(call, 1, "phase_a"), call, space, false, certain: true);
                Pin(Given(call, 2, "phase_b"), call, space, false, certain: true);
                break;
            case ".list" or ".tuple" or ".sorted" or ".set" when call.Arguments is [{ } only, ..]: Elements(solver.Of(only.Value, space), 1, call); break;
            case "gc.threshold" when call.Arguments is [{ } amount] && solver.Of(amount.Value, space).Values.Any(v => v is BigInteger bytes && bytes >= 0 && bytes < 1024):
                findings.Add("module-name", call, "Memory would be collected at nearly every step.", "a threshold of some kilobytes, or gc.collect() where it suits you");
                break;
            case "machine.freq": Frequency(call, space); break;
            case "machine.Timer": Period(call, space); break;
            case "machine.time_pulse_us": Pin(Given(call, 0, "pin"), call, space, false, certain: false); break;
            case "machine.UART":
                if (Unpacks(call) || solver.Of(Given(call, 0, "id") ?? call.Arguments.FirstOrDefault()?.Value ?? new IntegerLiteral(call.Span, 0, "0"), space) is var port
                    && (!port.IsComplete || port.Values.Any(v => v is not BigInteger { IsZero: false })))
                {
                    findings.Add("console", call, "UART 0 is the console's, or which UART it is is not known.");
                }
                else if (_board.Reserved.Contains(Uart1Tx) && port.Values is [BigInteger { IsOne: true }] && (Given(call, 99, "tx") is null || Given(call, 99, "rx") is null))
                {
                    findings.Add("pin-reserved", call, $"Without tx and rx, UART 1 takes the pins {Uart1Rx} and {Uart1Tx}, which the {options.Board}'s flash hangs on.", "give tx=… and rx=…");
                }

                Memory(Given(call, 99, "rxbuf"), call, space);
                Memory(Given(call, 99, "txbuf"), call, space);
                break;
            case "machine.deepsleep" or "machine.lightsleep": Sleep(path, call, space); break;
            case "network.WLAN": Station(call, space); break;
            case "umqtt.simple.MQTTClient" or "umqtt.robust.MQTTClient": Host(Given(call, 1, "server"), call, space, isClient: true); break;
            case "requests.get" or "requests.post" or "requests.put" or "requests.patch" or "requests.delete" or "requests.head": Host(Given(call, 0, "url"), call, space, isClient: true); break;
            case "requests.request": Host(Given(call, 1, "url"), call, space, isClient: true); break;
            case "socket.getaddrinfo" or "asyncio.open_connection": Host(Given(call, 0, "host"), call, space, isClient: false); break;
            case "collections.deque": Memory(Given(call, 1, "maxlen"), call, space); break;
            case "micropython.alloc_emergency_exception_buf": Memory(Given(call, 0, "size"), call, space); break;
            case ".bytearray" or ".bytes": Memory(Given(call, 0, "size"), call, space); break;
            case ".pow" when call.Arguments.Length == 2 && solver.Of(call.Arguments[1].Value, space).Values.Any(v => v is BigInteger big && big > 4096):
                findings.Add("memory", call, "This power is a number of thousands of digits.");
                break;
        }

        if (path is "machine.UART" or "machine.I2C" or "machine.SoftI2C" or "machine.SPI" or "machine.SoftSPI" or "machine.I2S" or "esp32.RMT" or "esp32.PCNT" or "machine.Counter" or "machine.Encoder")
        {
            Bus(call, space);
        }
    }

    // Arguments that a list or a dictionary brings are not seen.
    private static bool Unpacks(CallTrailer call) => call.Arguments.Any(a => a.Kind is ArgumentKind.Star or ArgumentKind.DoubleStar);

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
}
