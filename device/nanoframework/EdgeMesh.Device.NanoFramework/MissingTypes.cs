// What the core names and nanoFramework lacks. Only the projects for boards compile this file; names of ours are found before those of a using.
namespace EdgeMesh
{
    /// <summary>nanoFramework's own compares int, float and double: a long would become a float.</summary>
    internal static class Math
    {
        internal static int Min(int a, int b) => a < b ? a : b;

        internal static long Min(long a, long b) => a < b ? a : b;

        internal static long Abs(long a) => a < 0 ? -a : a;

        internal static int Max(int a, int b) => a > b ? a : b;

        internal static long Max(long a, long b) => a > b ? a : b;
    }
}

namespace System.Reflection
{
    /// <summary>nanoFramework throws what was thrown as it is: nothing ever throws this.</summary>
    internal sealed class TargetInvocationException : Exception
    {
    }
}
