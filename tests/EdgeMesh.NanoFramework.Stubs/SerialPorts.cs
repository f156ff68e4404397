using System.Collections.Generic;

// Signatures: github.com/nanoframework/System.IO.Ports v1.1.139, System.IO.Ports/SerialPort.cs.
namespace System.IO.Ports
{
    public enum Parity
    {
        None = 0,
    }

    public enum StopBits
    {
        One = 1,
    }

    public sealed class SerialPort : IDisposable
    {
        private int _readBufferSize = 256;

        public SerialPort(string portName, int baudRate = 9600, Parity parity = Parity.None, int dataBits = 8, StopBits stopBits = StopBits.One)
        {
            PortName = portName;
            BaudRate = baudRate;
        }

        /// <summary>The ports that the firmware has: COM1 only where the debugger does not use it (nf-interpreter, targets/ESP32, GetDeviceSelector).</summary>
        public static string[] Names { get; set; } = [];

        /// <summary>What is at the other end of each.</summary>
        public static Dictionary<string, Stream> Lines { get; } = [];

        public string PortName { get; }

        public int BaudRate { get; set; }

        public bool IsOpen { get; private set; }

        public Stream? BaseStream => IsOpen ? Lines[PortName] : null;

        public int ReadBufferSize
        {
            get => _readBufferSize;
            set => _readBufferSize = IsOpen ? throw new InvalidOperationException() : value > 0 ? value : throw new ArgumentOutOfRangeException();
        }

        public static string[] GetPortNames() => Names;

        public void Open() => IsOpen = !IsOpen && Lines.ContainsKey(PortName) ? true : throw new InvalidOperationException();

        public void Dispose() => IsOpen = false;
    }
}

// Signatures: github.com/nanoframework/nanoFramework.Hardware.Esp32 v1.6.40, nanoFramework.Hardware.Esp32/{Configuration,DeviceTypePins}.cs.
namespace nanoFramework.Hardware.Esp32
{
    public enum DeviceFunction
    {
        COM2_TX = 0x00030200,
        COM2_RX = 0x00030201,
    }

    public class Configuration
    {
        public static Dictionary<DeviceFunction, int> Pins { get; } = [];

        public static void SetPinFunction(int pin, DeviceFunction value) => Pins[value] = pin;
    }
}
