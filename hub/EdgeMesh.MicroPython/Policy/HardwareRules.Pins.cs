using System;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class HardwareRules
{
    // machine.Pin.IN of the ESP32.
    private const int PinIn = 1;
    private static readonly string[] PinKeywords = ["tx", "rx", "rts", "cts", "scl", "sda", "sck", "mosi", "miso", "ws", "sd", "mck", "pin"];

    private void Bus(CallTrailer call, Space space)
    {
        if (Unpacks(call))
        {
            findings.Add("pin-computed", call, "Which pins these are, is not known before the program runs.");
        }

        foreach (Argument argument in call.Arguments.Where(a => a.Name is NameExpr name && PinKeywords.Contains(name.Id)))
        {
            Pin(argument.Value, call, space, ((NameExpr)argument.Name!).Id is not ("rx" or "miso" or "cts"), certain: true);
        }
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

    // The board's firmware takes a number wherever it takes a Pin (machine_pin_get_id), so what cannot be known is refused, save of drivers that call Pin's methods.
    private void Pin(Expr? number, CallTrailer call, Space space, bool drives, bool certain, bool required = false)
    {
        if (number is null)
        {
            if (required)
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
                case string or double when certain:
                case Singleton when required: findings.Add("pin-missing", number, "A pin is named by its number on this board."); break;
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
}
