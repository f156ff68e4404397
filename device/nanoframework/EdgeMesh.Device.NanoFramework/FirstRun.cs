using System.IO;
using System.IO.Ports;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using nanoFramework.Hardware.Esp32;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>Asks for the settings over a serial line: one line of JSON, which is checked, stored, and answered.</summary>
public sealed class FirstRun
{
    // As slow as this, no byte is lost while the interpreter looks at the one before.
    private const int BaudRate = 9600;
    private const int ReceiveBytes = 4096;
    private const string DebugPort = "COM1";
    private const string SparePort = "COM2";
    private const int SpareReceivePin = 16;
    private const int SpareTransmitPin = 17;

    private readonly Stream _line;
    private readonly SettingsFile _file;

    /// <summary>A conversation over a line.</summary>
    public FirstRun(Stream line, SettingsFile file)
    {
        _line = line;
        _file = file;
    }

    /// <summary>Opens the line: 9600 baud, 8 bits, no parity, one stop bit.</summary>
    /// <remarks>
    /// It is COM1, the chip's first, where the debugger speaks over the chip's own USB and has left it free. Elsewhere the debugger has that one
    /// and the cable to it, and an adapter from USB to a serial line of 3.3 V goes to the pins of COM2: board's GPIO16 receives, GPIO17 sends.
    /// </remarks>
    public static SerialPort OpenPort()
    {
        bool free = false;
        string[] names = SerialPort.GetPortNames();
        for (int i = 0; i < names.Length; i++)
        {
            free = free || names[i] == DebugPort;
        }

        if (!free)
        {
            Configuration.SetPinFunction(SpareReceivePin, DeviceFunction.COM2_RX);
            Configuration.SetPinFunction(SpareTransmitPin, DeviceFunction.COM2_TX);
        }

        SerialPort port = new SerialPort(free ? DebugPort : SparePort, BaudRate);
        port.ReadBufferSize = ReceiveBytes;
        port.Open();
        return port;
    }

    /// <summary>Asks until a line was stored.</summary>
    /// <param name="reason">Why settings are needed, as a sentence.</param>
    /// <returns>Whether one was stored: false where the line ended before.</returns>
    public bool Run(string reason)
    {
        LineReader lines = new LineReader(_line, 1, Limits.JsonPayloadBytes);
        Say("EdgeMesh needs its settings. " + reason);
        while (true)
        {
            Say("Send edgemesh.json as one line.");
            byte[]? line = lines.Next();
            if (line == null)
            {
                return false;
            }

            string problem = lines.TooLong ? "The line is over " + Limits.JsonPayloadBytes.ToString() + " bytes." : line.Length == 0 ? "The line is empty." : Take(line);
            if (problem.Length == 0)
            {
                Say("OK Stored. The board starts anew.");
                return true;
            }

            Say("REFUSED " + problem);
        }
    }

    // Empty, or why it was not stored.
    private string Take(byte[] line)
    {
        if (NanoSettings.Read(line, out string problem) == null)
        {
            return problem;
        }

        try
        {
            _file.Write(line);
            return "";
        }
        catch (StorageException e)
        {
            return "It is right, and could not be stored: " + e.Message;
        }
    }

    private void Say(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\r\n");
        _line.Write(bytes, 0, bytes.Length);
        _line.Flush();
    }
}
