using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>What loops and functions do, by their shape.</summary>
internal static class Flow
{
    /// <summary>Whether a loop can only be left by an exception: nothing in it leaves it, and nothing in it changes its condition.</summary>
    internal static bool IsEndless(WhileStmt loop) => !Leaves(loop.Body, true) && (Constants.Of(loop.Condition) is { IsTrue: true } || !Depends(loop));

    /// <summary>Whether a block leaves the loop around it, or the function.</summary>
    internal static bool Leaves(ImmutableArray<Stmt> body, bool breaks, bool raises = true)
    {
        if (!body.IsDefault)
        {
            foreach (Stmt statement in body)
            {
                if (Leaves(statement, breaks, raises))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether a statement does.</summary>
    internal static bool Leaves(Stmt statement, bool breaks, bool raises = true) => statement switch
    {
        KeywordStmt { Keyword: Keyword.Break } => breaks,
        RaiseStmt => raises,
        ReturnStmt => true,
        ExprStmt { Value: var value } => value is YieldExpr,
        AssignStmt { Value: var value } => value is YieldExpr,
        TryStmt attempt => Leaves(attempt, breaks, raises),
        IfStmt choice => Leaves(choice.Branches, breaks, raises) || Leaves(choice.Else, breaks, raises),
        WhileStmt loop => Leaves(loop.Body, false, raises) || Leaves(loop.Else, false, raises),
        ForStmt loop => Leaves(loop.Body, false, raises) || Leaves(loop.Else, false, raises),
        WithStmt with => Leaves(with.Body, breaks, raises),
        _ => false,
    };

    private static bool Leaves(ImmutableArray<Branch> branches, bool breaks, bool raises)
    {
        foreach (Branch branch in branches)
        {
            if (Leaves(branch.Body, breaks, raises))
            {
                return true;
            }
        }

        return false;
    }

    // What is raised within a try that catches everything of the kind, or whose finally goes on with the loop, leaves nothing.
    private static bool Leaves(TryStmt attempt, bool breaks, bool raises)
    {
        if (!attempt.Finally.IsDefault && attempt.Finally.Any(s => s is KeywordStmt { Keyword: Keyword.Continue }))
        {
            return false;
        }

        bool caught = attempt.Handlers.Any(h => h.Type is null or NameExpr { Id: "Exception" or "BaseException" }) || Raised(attempt.Body) is { } raised && attempt.Handlers.Any(h => Catches(h, raised));
        return Leaves(attempt.Body, breaks, raises && !caught) || attempt.Handlers.Any(h => Leaves(h.Body, breaks, raises))
            || Leaves(attempt.Else, breaks, raises) || Leaves(attempt.Finally, breaks, raises);
    }

    // The one kind that a block raises itself, where it is told by its name.
    private static string? Raised(ImmutableArray<Stmt> body) => body.OfType<RaiseStmt>().Select(r => r.Value switch
    {
        NameExpr name => name.Id,
        PrimaryExpr { Value: NameExpr name, Trailers: [CallTrailer] } => name.Id,
        _ => null,
    }).FirstOrDefault();

    private static bool Catches(Handler handler, string raised) => handler.Type is NameExpr name ? name.Id == raised
        : handler.Type is TupleExpr several && several.Items.Any(item => item is NameExpr one && one.Id == raised);

    // A condition that calls or looks into something, or names what the loop assigns, may change.
    private static bool Depends(WhileStmt loop)
    {
        if (Parts.Any(loop.Condition, part => part is PrimaryExpr or NamedExpr))
        {
            return true;
        }

        HashSet<string> names = [];
        Parts.Visit(loop.Condition, part =>
        {
            if (part is NameExpr name)
            {
                names.Add(name.Id);
            }
        });
        return Parts.Any(loop.Body, part => part switch
        {
            AssignStmt assign => assign.Targets.Any(t => Names(t, names)),
            AugmentedStmt augmented => Names(augmented.Target, names),
            ForStmt inner => Names(inner.Target, names),
            NamedExpr named => Names(named.Target, names),
            _ => false,
        });
    }

    private static bool Names(Expr target, HashSet<string> names) => Parts.Any(target, part => part is NameExpr name && names.Contains(name.Id));
}
