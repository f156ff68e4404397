using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EdgeMesh.Architecture.Tests;

public sealed class NanoFrameworkSubsetTests
{
    [Fact]
    public void What_is_shared_with_devices_stays_in_the_subset()
    {
        CSharpCompilation compilation = NanoFrameworkSubset.Compile(Shared());
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        AssertNone(NanoFrameworkSubset.Violations(compilation));
    }

    [Fact]
    public void The_device_client_its_adapters_for_boards_and_the_self_check_stay_in_the_subset()
    {
        string[] folders = ["device/nanoframework/EdgeMesh.Device", "device/nanoframework/EdgeMesh.Device.NanoFramework", "device/nanoframework/EdgeMesh.Device.SelfCheck"];
        IEnumerable<(string, string)> boards = folders.SelectMany(Repository.Sources).Where(p => !p.Contains("/DotNet/", StringComparison.Ordinal))
            .Select(p => (p, Repository.Read(p)));
        IEnumerable<(string, string)> stubs = Repository.Sources("tests/EdgeMesh.NanoFramework.Stubs").Select(p => (p, Repository.Read(p)));
        CSharpCompilation compilation = NanoFrameworkSubset.Compile(Shared().Concat(boards).Concat(stubs));
        foreach (SyntaxTree tree in compilation.SyntaxTrees.Where(t => t.FilePath.StartsWith("device/", StringComparison.Ordinal)))
        {
            // What is not found by its name would not be looked at either.
            Assert.DoesNotContain(compilation.GetSemanticModel(tree).GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error);
        }

        AssertNone(NanoFrameworkSubset.Violations(compilation, "device/"));
    }

    [Theory]
    [InlineData("async", "class C { async void M() { } }")]
    [InlineData("async", "class C { System.Action a = async () => { }; }")]
    [InlineData("Tasks", "class C { System.Threading.Tasks.Task? t; }")]
    [InlineData("Linq", "using System.Linq; class C { }")]
    [InlineData("Collections.Generic", "using System.Collections.Generic; class C { }")]
    [InlineData("generics", "class C { System.Collections.Generic.List<int>? l; }")]
    [InlineData("generics", "class C { System.Func<int>? f; }")]
    [InlineData("generics", "class C { event System.EventHandler<System.EventArgs>? E; void M() => E?.Invoke(this, null!); }")]
    [InlineData("generics", "class C { void M() { System.Span<byte> s = new byte[1]; } }")]
    [InlineData("generics", "class C { void M() { var f = () => 1; int i = f(); } }")]
    [InlineData("generics", "class C { int M(string s) { var span = System.MemoryExtensions.AsSpan(s); return span.Length; } }")]
    [InlineData("generic method", "class C { void M(byte[] b) { System.Array.Resize(ref b, 3); } }")]
    [InlineData("own generics", "class C<T> { }")]
    [InlineData("own generics", "class C { void M<T>() { } }")]
    [InlineData("own generics", "delegate void D<T>(T t);")]
    [InlineData("Nullable<T>", "class C { int? i; }")]
    [InlineData("Nullable<T>", "class C { System.DayOfWeek? d; }")]
    [InlineData("Nullable<T>", "struct S { } class C { S? s; }")]
    [InlineData("yield", "class C { System.Collections.IEnumerable M() { yield return 1; } }")]
    [InlineData("tuple", "class C { (int, int) M() => (1, 2); }")]
    [InlineData("tuple", "class C { (int A, int B) M() => (A: 1, B: 2); }")]
    [InlineData("tuple", "class P { public void Deconstruct(out int a, out int b) { a = b = 1; } } class C { void M() { var (a, b) = new P(); } }")]
    [InlineData("record", "record R(int A);")]
    [InlineData("record", "record struct R(int A);")]
    [InlineData("decimal", "class C { decimal d; }")]
    [InlineData("decimal", "class C { object d = 1m; }")]
    [InlineData("Decimal", "class C { System.Decimal d; void M() { d = 0; } }")]
    [InlineData("dynamic", "class C { dynamic? d; }")]
    [InlineData("index", "class C { int M(int[] a) => a[^1]; }")]
    [InlineData("range", "class C { string M(string s) => s[1..]; }")]
    [InlineData("required", "class C { public required int A { get; set; } }")]
    [InlineData("ThreadPool", "class C { void M() => System.Threading.ThreadPool.QueueUserWorkItem(_ => { }); }")]
    [InlineData("string.Join", "class C { string M(string[] s) => string.Join(\",\", s); }")]
    [InlineData("string.Replace", "class C { string M(string s) => s.Replace(\"a\", \"b\"); }")]
    [InlineData("OverflowException", "class C { void M() { try { } catch (System.OverflowException) { } } }")]
    [InlineData("stackalloc", "class C { unsafe void M() { int* p = stackalloc int[3]; } }")]
    [InlineData("stackalloc", "class C { void M() { System.ReadOnlySpan<int> p = stackalloc[] { 1 }; } }")]
    [InlineData("multidimensional array", "class C { int[,]? a; }")]
    [InlineData("multidimensional array", "class C { object a = new int[2, 2]; }")]
    [InlineData("zero in a string", "class C { string s = \"a\\0\"; }")]
    [InlineData("WaitOne(int)", "class C { void M(System.Threading.AutoResetEvent e) => e.WaitOne(5); }")]
    [InlineData("default interface method", "interface I { int M() => 1; }")]
    [InlineData("default interface method", "interface I { int P { get { return 1; } } }")]
    public void What_the_subset_lacks_is_found(string what, string source)
    {
        IEnumerable<string> found = NanoFrameworkSubset.Violations(NanoFrameworkSubset.Compile([("snippet.cs", source)]));
        Assert.Contains(found, v => v.Contains(what, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("class C { string M(int i) => $\"{i}\"; System.Action a = () => { }; int[][] jagged = [[1], [2, 3]]; }")]
    [InlineData("using System.Collections; class C { Hashtable h = new Hashtable(); ArrayList l = new ArrayList(); string? s; object? o; byte[]? b; }")]
    [InlineData("delegate void D(int i); class C(int i) { event D? E; int M() { void F() { } F(); E?.Invoke(i); return i switch { 1 => 2, _ => 3 }; } }")]
    [InlineData("interface I { int M(); int P { get; set; } event System.EventHandler E; } enum E { A } class C { bool M(object o) => o is string { Length: > 2 } s && s[0] == 'a'; }")]
    [InlineData("class C { void M() { try { } catch (System.Exception e) when (e.Message == \"\") { throw; } foreach (char c in \"abc\".ToCharArray()) { var d = c; } } }")]
    public void What_the_subset_has_is_let_through(string source) =>
        AssertNone(NanoFrameworkSubset.Violations(NanoFrameworkSubset.Compile([("snippet.cs", source)])));

    private static IEnumerable<(string Path, string Text)> Shared() => Repository.Sources("shared")
        .Where(p => !p.StartsWith("shared/EdgeMesh.Protocol/DotNet/", StringComparison.Ordinal)).Select(p => (p, Repository.Read(p)));

    private static void AssertNone(IEnumerable<string> violations)
    {
        string[] found = violations.ToArray();
        Assert.True(found.Length == 0, "nanoFramework cannot run:\n" + string.Join('\n', found));
    }
}
