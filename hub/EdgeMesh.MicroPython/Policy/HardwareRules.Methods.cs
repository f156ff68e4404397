using System;
using System.Collections.Frozen;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class HardwareRules
{
    // Methods that are judged, whatever their object.
    private static readonly FrozenSet<string> Judged = FrozenSet.Create(
        "connect", "disconnect", "active", "config", "ifconfig", "ipconfig", "sendto", "duty", "duty_u16", "duty_ns", "init", "center", "__init__", "to_bytes", "readfrom", "readfrom_mem", "read");

    private readonly bool _sockets = facts.Imports.Exists(i => Modules.Canonical(i.Module) == "socket");
    private readonly bool _streams = facts.Imports.Exists(i => Modules.First(i.Module) is "requests" or "umqtt" or "asyncio" or "ssl");

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
            case "connect" or "sendto" when socket || (!client && (_sockets || (_streams && IsElsewhere(call, space)))):
                Address(call.Arguments.Length == 0 ? null : call.Arguments[method == "connect" ? 0 : ^1].Value, call, space);
                break;
            case "init" when receiver.Values.Any(v => v is Made { Path: "machine.Timer" }): Period(call, space); break;
            case "init" when receiver.Values.Any(v => v is Made { Path: "machine.UART" or "machine.I2C" or "machine.SoftI2C" or "machine.SPI" or "machine.SoftSPI" or "machine.I2S" }): Bus(call, space); break;
            case "duty" or "duty_u16" or "duty_ns" when Unpacks(call) && receiver.Values.Any(v => v is Made { Path: "machine.PWM" }): Unpacked(call); break;
            case "duty" when receiver.Values.Any(v => v is Made { Path: "machine.PWM" }): Duty(Given(call, 0, "duty"), 1023, space); break;
            case "init" when receiver.Values.Any(v => v is Made { Path: "machine.PWM" }): Duties(call, space); break;
            case "duty_ns" when receiver.Values.OfType<Made>().FirstOrDefault(v => v.Path == "machine.PWM") is { } pwm:
                Duty(Given(call, 0, "duty_ns"), PeriodNs(pwm.Call, pwm.Space), space);
                break;
            case "to_bytes" or "read" when Given(call, 0, "n") is { } length: Memory(length, call, space); break;
            case "readfrom" when Given(call, 1, "nbytes") is { } length: Memory(length, call, space); break;
            case "readfrom_mem" when Given(call, 2, "nbytes") is { } length: Memory(length, call, space); break;
            case "center" when Given(call, 0, "width") is { } width: Memory(width, call, space); break;
            case "__init__" when receiver.Values.Any(v => v is Made { Path: not ".super" }):
                foreach (Made made in receiver.Values.OfType<Made>())
                {
                    Call(made.Path, call, space);
                }

                break;
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

    // What another client opened may be a socket itself: an address is what that is given, a truth value what umqtt is.
    private bool IsElsewhere(CallTrailer call, Space space) => !call.Arguments.IsEmpty && call.Arguments.Any(a => solver.Of(a.Value, space) is var given
        && (!given.IsComplete || given.Values.Any(v => v is Container or Made)));

    private static Space? Class(Space? space)
    {
        while (space is not null && space.Node is not ClassStmt)
        {
            space = space.Parent;
        }

        return space;
    }
}
