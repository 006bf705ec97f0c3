// The words of what is on every page, in one file.
import nav from '../../../messages/ru/nav.ftl?raw';
import problems from '../../../messages/ru/problems.ftl?raw';
import shell from '../../../messages/ru/shell.ftl?raw';
import signIn from '../../../messages/ru/sign-in.ftl?raw';

export default [nav, problems, shell, signIn].join('\n');
