using System;

// Signatures: github.com/nanoframework/nanoFramework.Runtime.Native v1.7.11, nanoFramework.Runtime.Native/{Power,RebootOption,RTC,SystemInfo}.cs.
namespace nanoFramework.Runtime.Native
{
    public enum RebootOption
    {
        NormalReboot = 0,
        EnterNanoBooter = 1,
        ClrOnly = 2,
        EnterProprietaryBooter = 8,
    }

    /// <summary>The board has reset: nothing after the call runs.</summary>
    public sealed class StubRebootException : Exception;

    public class Power
    {
        public static void RebootDevice(RebootOption rebootOption = RebootOption.NormalReboot) => throw new StubRebootException();

        public static void RebootDevice(int exeConstraintTimeout, RebootOption rebootOption = RebootOption.NormalReboot) => throw new StubRebootException();
    }

    public static class Rtc
    {
        public static bool SetSystemTime(DateTime time) => true;
    }

    public static class SystemInfo
    {
        /// <summary>"ESP32" for every chip of that family: github.com/nanoframework/Home issues 1323 and 1551, where the capabilities of boards are quoted.</summary>
        public static string Platform { get; set; } = "ESP32";
    }
}
